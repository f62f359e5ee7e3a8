#pragma once

#include "common/base/random.h"
#include "common/curvature/parameter_vector.h"

namespace covey::curvature {

/// Random vectors shaped like `parameters`. Each is a function of (stream, number) alone, so that whoever
/// knows the seed has them without being sent them; on every device and version of LibTorch the same.

/// Every value +1 or -1 with equal odds.
ParameterVector rademacher(const ParameterVector& parameters, const Stream& stream, std::uint32_t number);

/// Every value standard normal.
ParameterVector gaussian(const ParameterVector& parameters, const Stream& stream, std::uint32_t number);

}  // namespace covey::curvature
