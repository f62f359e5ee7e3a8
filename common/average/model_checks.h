#pragma once

#include <string>

#include "common/base/layout.h"
#include "common/base/span.h"
#include "common/base/status.h"

namespace covey::average {

/// Sets variances that noise left below zero to zero.
void clamp_variances(const Layout& layout, Values& values);

/// kInternal naming the tensor and `model` when a value is not finite or reaches `limit`.
Status check_magnitudes(const Layout& layout, Span<const float> values, double limit,
                        const std::string& model);
inline constexpr double kFloatRange = 0x1p128;

}  // namespace covey::average
