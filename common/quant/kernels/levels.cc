#include "common/quant/kernels/levels.h"

#include <limits>

#include "common/quant/kernels/scalar.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "common/quant/kernels/levels.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace covey::quant::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::ScalableTag<double>;
template <typename T>
using AsManyAsDoubles = hn::Rebind<T, Doubles>;

template <class V>
HWY_INLINE void store(V values, double* to) {
  hn::StoreU(values, Doubles(), to);
}
template <class V>
HWY_INLINE void store(V values, float* to) {
  const auto most = hn::Set(Doubles(), static_cast<double>(std::numeric_limits<float>::max()));
  const auto finite = hn::Max(hn::Neg(most), hn::Min(values, most));
  hn::StoreU(hn::DemoteTo(AsManyAsDoubles<float>(), finite), AsManyAsDoubles<float>(), to);
}

template <typename T>
HWY_INLINE void decode_as(const Grid& grid, const std::uint8_t* codes, Span<T> values) {
  const Doubles d;
  const auto scale = hn::Set(d, static_cast<double>(grid.scale));
  const auto offset = hn::Set(d, static_cast<double>(grid.offset));
  const auto zero = hn::Set(AsManyAsDoubles<std::int32_t>(), grid.zero);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= values.size(); i += hn::Lanes(d)) {
    const auto bytes = hn::LoadU(AsManyAsDoubles<std::uint8_t>(), codes + i);
    const auto steps = hn::Sub(hn::PromoteTo(AsManyAsDoubles<std::int32_t>(), bytes), zero);
    store(hn::Add(hn::Div(hn::PromoteTo(d, steps), scale), offset), values.data() + i);
  }
  scalar::decode(grid, codes + i, values.subspan(i, values.size() - i));
}

void decode_doubles(const Grid& grid, const std::uint8_t* codes, Span<double> values) {
  decode_as(grid, codes, values);
}
void decode_floats(const Grid& grid, const std::uint8_t* codes, Span<float> values) {
  decode_as(grid, codes, values);
}

}  // namespace covey::quant::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace covey::quant::kernels {

HWY_EXPORT(decode_doubles);
HWY_EXPORT(decode_floats);

void decode(const Grid& grid, const std::uint8_t* codes, Span<double> values) {
  HWY_DYNAMIC_DISPATCH(decode_doubles)(grid, codes, values);
}
void decode(const Grid& grid, const std::uint8_t* codes, Span<float> values) {
  HWY_DYNAMIC_DISPATCH(decode_floats)(grid, codes, values);
}

}  // namespace covey::quant::kernels
#endif
