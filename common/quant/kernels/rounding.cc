#include "common/quant/kernels/rounding.h"

#include "common/quant/kernels/scalar.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "common/quant/kernels/rounding.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace covey::quant::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR  // whose vectors of one lane have no halves to join

void floats_to_nearest(const Grid& grid, Span<const float> values, std::uint8_t* codes) {
  scalar::round_to_nearest(grid, values, codes);
}

template <bool kRandom, typename T>
void round(const Grid& grid, Span<const T> values, const std::uint16_t* words, std::uint8_t* codes) {
  if constexpr (kRandom) {
    scalar::round_at_random(grid, values, words, codes);
  } else {
    scalar::round_to_nearest(grid, values, codes);
  }
}

#else

using Doubles = hn::ScalableTag<double>;
using Numbers = hn::Repartition<std::uint32_t, Doubles>;  // twice as many

HWY_INLINE auto load(const float* values) {
  return hn::PromoteTo(Doubles(), hn::LoadU(hn::Rebind<float, Doubles>(), values));
}
HWY_INLINE auto load(const double* values) {
  return hn::LoadU(Doubles(), values);
}

// Rounds positions to nearest without words, at random with them. All that counts stands in the lower halves
// of the shifted positions, so those of two vectors go on as one.
template <bool kRandom, typename T>
HWY_INLINE void round(const Grid& grid, Span<const T> values, const std::uint16_t* words,
                      std::uint8_t* codes) {
  const Doubles d;
  const Numbers numbers;
  const hn::Rebind<std::uint16_t, Numbers> halves;
  const hn::Rebind<std::uint8_t, Numbers> bytes;
  const auto scale = hn::Set(d, static_cast<double>(grid.scale));
  const auto offset = hn::Set(d, static_cast<double>(grid.offset));
  const auto shift = hn::Set(d, grid.zero + (kRandom ? kShiftToFraction : kShiftToWhole));
  const auto shifted = [&](const T* from) HWY_ATTR {
    return hn::BitCast(numbers, hn::Add(hn::Mul(scale, hn::Sub(load(from), offset)), shift));
  };
  const std::size_t step = hn::Lanes(numbers);
  std::size_t i = 0;
  for (; i + step <= values.size(); i += step) {
    const T* from = values.data() + i;
    auto sums = hn::ConcatEven(numbers, shifted(from + step / 2), shifted(from));
    if constexpr (kRandom) {
      const auto word = hn::PromoteTo(numbers, hn::LoadU(halves, words + i));
      sums = hn::ShiftRight<16>(hn::Add(sums, word));
    }
    hn::StoreU(hn::TruncateTo(bytes, sums), bytes, codes + i);
  }
  const auto rest = values.subspan(i, values.size() - i);
  if constexpr (kRandom) {
    scalar::round_at_random(grid, rest, words + i, codes + i);
  } else {
    scalar::round_to_nearest(grid, rest, codes + i);
  }
}

// In float, where a vector holds twice as many, a position is off by at most 255 * 2^-23: two roundings of
// numbers up to 255. What lies that close to a tie, or beyond the range of float, is computed in double.
void floats_to_nearest(const Grid& grid, Span<const float> values, std::uint8_t* codes) {
  constexpr float kSure = 0.5f - 0x1p-14f;
  constexpr float kShift = 0x1.8p23f;  // kShiftToWhole of a float
  const hn::ScalableTag<float> d;
  const hn::RebindToUnsigned<decltype(d)> numbers;
  const hn::Rebind<std::uint8_t, decltype(d)> bytes;
  const auto scale = hn::Set(d, grid.scale);
  const auto offset = hn::Set(d, grid.offset);
  const auto shift = hn::Set(d, kShift + static_cast<float>(grid.zero));
  const auto position = [&](const float* from)
                            HWY_ATTR { return hn::Mul(scale, hn::Sub(hn::LoadU(d, from), offset)); };
  const auto sure = [&](auto steps, auto shifted) HWY_ATTR {
    return hn::Le(hn::Abs(hn::Sub(steps, hn::Sub(shifted, shift))), hn::Set(d, kSure));
  };
  const auto store = [&](auto shifted, std::uint8_t* to) HWY_ATTR {
    hn::StoreU(hn::TruncateTo(bytes, hn::BitCast(numbers, shifted)), bytes, to);
  };
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t step = 2 * lanes;  // that share a branch
  std::size_t i = 0;
  for (; i + step <= values.size(); i += step) {
    const auto low = position(values.data() + i);
    const auto high = position(values.data() + i + lanes);
    const auto shifted_low = hn::Add(low, shift);
    const auto shifted_high = hn::Add(high, shift);
    if (HWY_LIKELY(hn::AllTrue(d, hn::And(sure(low, shifted_low), sure(high, shifted_high))))) {
      store(shifted_low, codes + i);
      store(shifted_high, codes + i + lanes);
    } else {
      round<false>(grid, values.subspan(i, step), nullptr, codes + i);
    }
  }
  scalar::round_to_nearest(grid, values.subspan(i, values.size() - i), codes + i);
}

#endif

void doubles_to_nearest(const Grid& grid, Span<const double> values, std::uint8_t* codes) {
  round<false>(grid, values, nullptr, codes);
}
void floats_at_random(const Grid& grid, Span<const float> values, const std::uint16_t* words,
                      std::uint8_t* codes) {
  round<true>(grid, values, words, codes);
}
void doubles_at_random(const Grid& grid, Span<const double> values, const std::uint16_t* words,
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
void round_at_random(const Grid& grid, Span<const float> values, const std::uint16_t* words,
                     std::uint8_t* codes) {
  HWY_DYNAMIC_DISPATCH(floats_at_random)(grid, values, words, codes);
}
void round_at_random(const Grid& grid, Span<const double> values, const std::uint16_t* words,
                     std::uint8_t* codes) {
  HWY_DYNAMIC_DISPATCH(doubles_at_random)(grid, values, words, codes);
}

}  // namespace covey::quant::kernels
#endif
