#include "common/quant/kernels/rounding.h"

#include "common/quant/kernels/scalar.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "common/quant/kernels/rounding.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace covey::quant::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::ScalableTag<double>;
template <typename T>
using AsManyAsDoubles = hn::Rebind<T, Doubles>;

HWY_INLINE auto load(const float* values) {
  return hn::PromoteTo(Doubles(), hn::LoadU(AsManyAsDoubles<float>(), values));
}
HWY_INLINE auto load(const double* values) {
  return hn::LoadU(Doubles(), values);
}

template <class V>
HWY_INLINE void store_low_bytes(V words, std::uint8_t* codes) {
  const AsManyAsDoubles<std::uint8_t> bytes;
  hn::StoreU(hn::TruncateTo(bytes, words), bytes, codes);
}

// Rounds positions to nearest without words, at random with them.
template <bool kRandom, typename T>
HWY_INLINE void round(const Grid& grid, Span<const T> values, const std::uint32_t* words,
                      std::uint8_t* codes) {
  const Doubles d;
  const AsManyAsDoubles<std::uint64_t> bits;
  const auto scale = hn::Set(d, static_cast<double>(grid.scale));
  const auto offset = hn::Set(d, static_cast<double>(grid.offset));
  const auto zero = hn::Set(d, kRandom ? grid.zero + kShiftToFraction : static_cast<double>(grid.zero));
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= values.size(); i += hn::Lanes(d)) {
    const auto place = hn::Add(hn::Mul(scale, hn::Sub(load(values.data() + i), offset)), zero);
    if constexpr (kRandom) {
      const auto word = hn::PromoteTo(bits, hn::LoadU(AsManyAsDoubles<std::uint32_t>(), words + i));
      store_low_bytes(hn::ShiftRight<32>(hn::Add(hn::BitCast(bits, place), word)), codes + i);
    } else {
      store_low_bytes(hn::BitCast(bits, hn::Add(place, hn::Set(d, kShiftToWhole))), codes + i);
    }
  }
  const auto rest = values.subspan(i, values.size() - i);
  if constexpr (kRandom) {
    scalar::round_at_random(grid, rest, words + i, codes + i);
  } else {
    scalar::round_to_nearest(grid, rest, codes + i);
  }
}

void floats_to_nearest(const Grid& grid, Span<const float> values, std::uint8_t* codes) {
  round<false>(grid, values, nullptr, codes);
}
void doubles_to_nearest(const Grid& grid, Span<const double> values, std::uint8_t* codes) {
  round<false>(grid, values, nullptr, codes);
}
void floats_at_random(const Grid& grid, Span<const float> values, const std::uint32_t* words,
                      std::uint8_t* codes) {
  round<true>(grid, values, words, codes);
}
void doubles_at_random(const Grid& grid, Span<const double> values, const std::uint32_t* words,
                       std::uint8_t* codes) {
  round<true>(grid, values, words, codes);
}

}  // namespace covey::quant::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace covey::quant::kernels {

HWY_EXPORT(floats_to_nearest);
HWY_EXPORT(doubles_to_nearest);
HWY_EXPORT(floats_at_random);
HWY_EXPORT(doubles_at_random);

void round_to_nearest(const Grid& grid, Span<const float> values, std::uint8_t* codes) {
  HWY_DYNAMIC_DISPATCH(floats_to_nearest)(grid, values, codes);
}
void round_to_nearest(const Grid& grid, Span<const double> values, std::uint8_t* codes) {
  HWY_DYNAMIC_DISPATCH(doubles_to_nearest)(grid, values, codes);
}
void round_at_random(const Grid& grid, Span<const float> values, const std::uint32_t* words,
                     std::uint8_t* codes) {
  HWY_DYNAMIC_DISPATCH(floats_at_random)(grid, values, words, codes);
}
void round_at_random(const Grid& grid, Span<const double> values, const std::uint32_t* words,
                     std::uint8_t* codes) {
  HWY_DYNAMIC_DISPATCH(doubles_at_random)(grid, values, words, codes);
}

}  // namespace covey::quant::kernels
#endif
