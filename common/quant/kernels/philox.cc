#include "common/quant/kernels/philox.h"

#include "common/quant/kernels/scalar.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "common/quant/kernels/philox.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace covey::quant::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR  // whose vectors of one lane have no products of twice the width

void words_of_blocks(std::array<std::uint32_t, 2> key, std::uint64_t item, std::uint64_t first,
                     Span<std::uint16_t> words) {
  scalar::philox_words(key, item, first, words);
}

#else

// Each 64-bit lane works on a block of its own. A number of the block is the low half of its lane; the high
// half holds what multiplication left there, which no later step reads.
using Lanes = hn::ScalableTag<std::uint64_t>;
using Halves = hn::Repartition<std::uint32_t, Lanes>;
using Words = hn::Repartition<std::uint16_t, Lanes>;

struct RoundKeys {
  explicit RoundKeys(std::array<std::uint32_t, 2> key) {
    for (std::size_t round = 0; round < philox::kRounds; ++round) {
      first[round] = key[0];
      second[round] = key[1];
      key[0] += philox::kWeyl0;
      key[1] += philox::kWeyl1;
    }
  }
  std::array<std::uint64_t, philox::kRounds> first;
  std::array<std::uint64_t, philox::kRounds> second;
};

// Writes the blocks first, first + 1, ..., one for each lane. Interleaving the numbers of two neighbouring
// lanes puts the blocks of even lanes before those of odd ones, so those have the smaller half of the
// indices.
HWY_INLINE void store_blocks(const RoundKeys& keys, std::uint64_t item, std::uint64_t first,
                             std::uint16_t* words) {
  const Lanes d;
  const Halves halves;
  const auto lane = hn::Iota(d, 0);
  const auto odd = hn::Neg(hn::BitCast(hn::RebindToSigned<Lanes>(), hn::And(lane, hn::Set(d, 1))));
  const auto half = hn::And(hn::BitCast(d, odd), hn::Set(d, hn::Lanes(d) / 2));
  auto c0 = hn::Add(hn::Set(d, first), hn::Add(hn::ShiftRight<1>(lane), half));
  auto c1 = hn::ShiftRight<32>(c0);
  auto c2 = hn::Set(d, item);
  auto c3 = hn::Set(d, item >> 32);
  for (std::size_t round = 0; round < philox::kRounds; ++round) {
    const auto p0 = hn::MulEven(hn::BitCast(halves, c0), hn::Set(halves, philox::kMultiplier0));
    const auto p1 = hn::MulEven(hn::BitCast(halves, c2), hn::Set(halves, philox::kMultiplier1));
    c0 = hn::Xor3(hn::ShiftRight<32>(p1), c1, hn::Set(d, keys.first[round]));
    c1 = p1;
    c2 = hn::Xor3(hn::ShiftRight<32>(p0), c3, hn::Set(d, keys.second[round]));
    c3 = p0;
  }
  const auto w01 = hn::OddEven(hn::BitCast(halves, hn::ShiftLeft<32>(c1)), hn::BitCast(halves, c0));
  const auto w23 = hn::OddEven(hn::BitCast(halves, hn::ShiftLeft<32>(c3)), hn::BitCast(halves, c2));
  const auto evens = hn::InterleaveLower(d, hn::BitCast(d, w01), hn::BitCast(d, w23));
  const auto odds = hn::InterleaveUpper(d, hn::BitCast(d, w01), hn::BitCast(d, w23));
  const Words d16;
  hn::StoreU(hn::BitCast(d16, evens), d16, words);
  hn::StoreU(hn::BitCast(d16, odds), d16, words + hn::Lanes(d16));
}

void words_of_blocks(std::array<std::uint32_t, 2> key, std::uint64_t item, std::uint64_t first,
                     Span<std::uint16_t> words) {
  const RoundKeys keys(key);
  const std::size_t blocks = hn::Lanes(Lanes());
  std::size_t done = 0;
  // Two at a time, because each step of a block waits for the one before.
  for (; done + 16 * blocks <= words.size(); done += 16 * blocks, first += 2 * blocks) {
    store_blocks(keys, item, first, words.data() + done);
    store_blocks(keys, item, first + blocks, words.data() + done + 8 * blocks);
  }
  scalar::philox_words(key, item, first, words.subspan(done, words.size() - done));
}

#endif

}  // namespace covey::quant::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace covey::quant::kernels {

HWY_EXPORT(words_of_blocks);

void philox_words(std::array<std::uint32_t, 2> key, std::uint64_t item, std::uint64_t first,
                  Span<std::uint16_t> words) {
  HWY_DYNAMIC_DISPATCH(words_of_blocks)(key, item, first, words);
}

}  // namespace covey::quant::kernels
#endif
