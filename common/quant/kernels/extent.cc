#include "common/quant/kernels/extent.h"

#include "common/quant/kernels/scalar.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "common/quant/kernels/extent.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace covey::quant::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <typename T>
HWY_INLINE Extent<T> extent(Span<const T> values) {
  const hn::ScalableTag<T> d;
  const std::size_t step = hn::Lanes(d);
  if (values.size() < 2 * step) return scalar::extent_of(values);
  // Two vectors that do not wait for each other; the last two may overlap those before.
  auto low = hn::LoadU(d, values.data());
  auto high = low;
  auto other_low = low;
  auto other_high = low;
  const auto take = [&](std::size_t i) HWY_ATTR {
    const auto first = hn::LoadU(d, values.data() + i);
    const auto second = hn::LoadU(d, values.data() + i + step);
    low = hn::Min(low, first);
    high = hn::Max(high, first);
    other_low = hn::Min(other_low, second);
    other_high = hn::Max(other_high, second);
  };
  for (std::size_t i = 0; i + 2 * step <= values.size(); i += 2 * step) take(i);
  take(values.size() - 2 * step);
  const auto least = hn::MinOfLanes(d, hn::Min(low, other_low));
  const auto most = hn::MaxOfLanes(d, hn::Max(high, other_high));
  return {hn::GetLane(least) + T{0}, hn::GetLane(most) + T{0}};
}

Extent<float> extent_of_floats(Span<const float> values) {
  return extent(values);
}
Extent<double> extent_of_doubles(Span<const double> values) {
  return extent(values);
}

}  // namespace covey::quant::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace covey::quant::kernels {

HWY_EXPORT(extent_of_floats);
HWY_EXPORT(extent_of_doubles);

Extent<float> extent_of(Span<const float> values) {
  return HWY_DYNAMIC_DISPATCH(extent_of_floats)(values);
}
Extent<double> extent_of(Span<const double> values) {
  return HWY_DYNAMIC_DISPATCH(extent_of_doubles)(values);
}

}  // namespace covey::quant::kernels
#endif
