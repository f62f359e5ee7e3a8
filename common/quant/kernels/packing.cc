#include "common/quant/kernels/packing.h"

#include "common/quant/kernels/scalar.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "common/quant/kernels/packing.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace covey::quant::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Words = hn::ScalableTag<std::uint64_t>;

// The low kWidth bits of every 2 kWidth bits, or the low `used` bits of those.
template <int kWidth>
constexpr std::uint64_t low_fields(int used = kWidth) {
  constexpr std::uint64_t kAll = ~std::uint64_t{0} / ((std::uint64_t{1} << kWidth) + 1);
  constexpr std::uint64_t kUnits = kAll / ((std::uint64_t{1} << kWidth) - 1);
  return kUnits * ((std::uint64_t{1} << used) - 1);
}

// In every 2 kWidth bits, the upper half moves down next to what the lower half uses.
template <int kWidth, class V>
HWY_INLINE V close_gap(int bits, V words) {
  const auto low = hn::Set(Words(), low_fields<kWidth>());
  const int gap = kWidth / 8 * (8 - bits);
  return hn::Or(hn::And(low, words), hn::ShiftRightSame(hn::AndNot(low, words), gap));
}

template <int kWidth, class V>
HWY_INLINE V open_gap(int bits, V words) {
  const int used = kWidth / 8 * bits;
  const std::uint64_t low = low_fields<kWidth>(used);
  const auto moved = hn::ShiftLeftSame(words, kWidth - used);
  return hn::Or(hn::And(words, hn::Set(Words(), low)), hn::And(moved, hn::Set(Words(), low << kWidth)));
}

void squeeze_words(int bits, Span<std::uint64_t> words) {
  const Words d;
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= words.size(); i += hn::Lanes(d)) {
    const auto pairs = close_gap<8>(bits, hn::LoadU(d, words.data() + i));
    hn::StoreU(close_gap<32>(bits, close_gap<16>(bits, pairs)), d, words.data() + i);
  }
  scalar::squeeze(bits, words.subspan(i, words.size() - i));
}

void spread_words(int bits, Span<std::uint64_t> words) {
  const Words d;
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= words.size(); i += hn::Lanes(d)) {
    const auto halves = open_gap<32>(bits, hn::LoadU(d, words.data() + i));
    hn::StoreU(open_gap<8>(bits, open_gap<16>(bits, halves)), d, words.data() + i);
  }
  scalar::spread(bits, words.subspan(i, words.size() - i));
}

void pack_halves_of_bytes(Span<const std::uint8_t> codes, std::uint8_t* packed) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR  // whose vectors hold no pair
  const hn::ScalableTag<std::uint8_t> singles;
  const hn::Repartition<std::uint16_t, decltype(singles)> pairs;
  const hn::Rebind<std::uint8_t, decltype(pairs)> bytes;
  for (; i + hn::Lanes(singles) <= codes.size(); i += hn::Lanes(singles)) {
    const auto pair = hn::BitCast(pairs, hn::LoadU(singles, codes.data() + i));
    hn::StoreU(hn::TruncateTo(bytes, hn::Or(pair, hn::ShiftRight<4>(pair))), bytes, packed + i / 2);
  }
#endif
  scalar::pack_halves(codes.subspan(i, codes.size() - i), packed + i / 2);
}

}  // namespace covey::quant::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace covey::quant::kernels {

HWY_EXPORT(squeeze_words);
HWY_EXPORT(spread_words);
HWY_EXPORT(pack_halves_of_bytes);

void squeeze(int bits, Span<std::uint64_t> words) {
  HWY_DYNAMIC_DISPATCH(squeeze_words)(bits, words);
}
void spread(int bits, Span<std::uint64_t> words) {
  HWY_DYNAMIC_DISPATCH(spread_words)(bits, words);
}
void pack_halves(Span<const std::uint8_t> codes, std::uint8_t* packed) {
  HWY_DYNAMIC_DISPATCH(pack_halves_of_bytes)(codes, packed);
}

}  // namespace covey::quant::kernels
#endif
