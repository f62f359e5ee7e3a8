#pragma once

#include "common/base/span.h"
#include "common/quant/kernels/extent.h"

namespace covey::quant::kernels {

/// Arithmetic on rows of one size, in double: products and sums are rounded one by one.

/// scale * values[i], of which no copy is made.
struct ScaledRow {
  double scale;
  Span<const float> values;
};

/// to[i] = 0 + factor * from[i]: what add_multiple makes of zeros.
void set_multiple(double factor, Span<const double> from, Span<double> to);
void set_multiple(double factor, const ScaledRow& from, Span<double> to);
/// to[i] += factor * from[i].
void add_multiple(double factor, Span<const double> from, Span<double> to);
void add_multiple(double factor, const ScaledRow& from, Span<double> to);
/// to[i] = row[i] + factor * from[i]; gives the extent of to, which has at least one value.
Extent<double> sum_with_multiple(const ScaledRow& row, double factor, Span<const double> from,
                                 Span<double> to);

}  // namespace covey::quant::kernels
