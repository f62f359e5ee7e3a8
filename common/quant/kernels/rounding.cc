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

#endif

void floats_to_nearest(const Grid& grid, Span<const float> values, std::uint8_t* codes) {
  round<false>(grid, values, nullptr, codes);
}
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
