#pragma once

#include "common/base/span.h"

namespace covey::quant::kernels {

/// Smallest and largest of some values. Zeros are positive, whichever zeros there are among the values.
template <typename T>
struct Extent {
  T low;
  T high;
};

/// values  finite, at least one
Extent<float> extent_of(Span<const float> values);
Extent<double> extent_of(Span<const double> values);

}  // namespace covey::quant::kernels
