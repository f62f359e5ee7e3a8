#include "common/quant/kernels/rows.h"

#include <limits>

#include "common/quant/kernels/scalar.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "common/quant/kernels/rows.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace covey::quant::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Doubles = hn::ScalableTag<double>;
using Vector = hn::Vec<Doubles>;

template <typename T>
Span<T> from_on(Span<T> row, std::size_t first) {
  return row.subspan(first, row.size() - first);
}
ScaledRow from_on(const ScaledRow& row, std::size_t first) {
  return {row.scale, from_on(row.values, first)};
}

HWY_INLINE Vector load(Span<const double> row, std::size_t i) {
  return hn::LoadU(Doubles(), row.data() + i);
}
HWY_INLINE Vector load(const ScaledRow& row, std::size_t i) {
  const hn::Rebind<float, Doubles> floats;
  const auto values = hn::PromoteTo(Doubles(), hn::LoadU(floats, row.values.data() + i));
  return hn::Mul(hn::Set(Doubles(), row.scale), values);
}

/// to[i] = start(i) + factor * from[i] for full vectors; gives where the rest begins.
template <class Row, class Start>
HWY_INLINE std::size_t add_to(Start&& start, double factor, const Row& from, Span<double> to) {
  const Doubles d;
  const Row row = from;  // on the stack, where stores to `to` cannot change it
  const auto times = hn::Set(d, factor);
  std::size_t i = 0;
  for (; i + hn::Lanes(d) <= to.size(); i += hn::Lanes(d))
    hn::StoreU(hn::Add(start(i), hn::Mul(times, load(row, i))), d, to.data() + i);
  return i;
}

template <class Row>
HWY_INLINE void set(double factor, const Row& from, Span<double> to) {
  const auto zero = [](std::size_t) HWY_ATTR { return hn::Zero(Doubles()); };
  const std::size_t done = add_to(zero, factor, from, to);
  scalar::set_multiple(factor, from_on(from, done), from_on(to, done));
}

void set_row(double factor, Span<const double> from, Span<double> to) {
  set(factor, from, to);
}
void set_scaled_row(double factor, const ScaledRow& from, Span<double> to) {
  set(factor, from, to);
}

template <class Row>
HWY_INLINE void add(double factor, const Row& from, Span<double> to) {
  const auto before = [&](std::size_t i) HWY_ATTR { return load(to, i); };
  const std::size_t done = add_to(before, factor, from, to);
  scalar::add_multiple(factor, from_on(from, done), from_on(to, done));
}

void add_row(double factor, Span<const double> from, Span<double> to) {
  add(factor, from, to);
}
void add_scaled_row(double factor, const ScaledRow& from, Span<double> to) {
  add(factor, from, to);
}

Extent<double> sum_rows(const ScaledRow& row, double factor, Span<const double> from, Span<double> to) {
  const Doubles d;
  if (to.size() < hn::Lanes(d)) return scalar::sum_with_multiple(row, factor, from, to);
  const ScaledRow first = row;
  const auto times = hn::Set(d, factor);
  auto low = hn::Set(d, std::numeric_limits<double>::infinity());
  auto high = hn::Neg(low);
  const auto sum = [&](std::size_t i) HWY_ATTR {
    const auto values = hn::Add(load(first, i), hn::Mul(times, load(from, i)));
    hn::StoreU(values, d, to.data() + i);
    low = hn::Min(low, values);
    high = hn::Max(high, values);
  };
  for (std::size_t i = 0; i + hn::Lanes(d) <= to.size(); i += hn::Lanes(d)) sum(i);
  sum(to.size() - hn::Lanes(d));  // again in part
  return {hn::GetLane(hn::MinOfLanes(d, low)) + 0.0, hn::GetLane(hn::MaxOfLanes(d, high)) + 0.0};
}

}  // namespace covey::quant::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace covey::quant::kernels {

HWY_EXPORT(set_row);
HWY_EXPORT(set_scaled_row);
HWY_EXPORT(add_row);
HWY_EXPORT(add_scaled_row);
HWY_EXPORT(sum_rows);

void set_multiple(double factor, Span<const double> from, Span<double> to) {
  HWY_DYNAMIC_DISPATCH(set_row)(factor, from, to);
}
void set_multiple(double factor, const ScaledRow& from, Span<double> to) {
  HWY_DYNAMIC_DISPATCH(set_scaled_row)(factor, from, to);
}
void add_multiple(double factor, Span<const double> from, Span<double> to) {
  HWY_DYNAMIC_DISPATCH(add_row)(factor, from, to);
}
void add_multiple(double factor, const ScaledRow& from, Span<double> to) {
  HWY_DYNAMIC_DISPATCH(add_scaled_row)(factor, from, to);
}
Extent<double> sum_with_multiple(const ScaledRow& row, double factor, Span<const double> from,
                                 Span<double> to) {
  return HWY_DYNAMIC_DISPATCH(sum_rows)(row, factor, from, to);
}

}  // namespace covey::quant::kernels
#endif
