#pragma once

#include <string>
#include <vector>

#include "common/plan/bit_plan.h"

namespace covey::plan {

/// Makes bytes the cost that a plan limits: those of each tensor's record in a container, scales included.
///   values  of the model
///   layers  sensitivities of the quantised tensors of `layout`, in its order
///   returns what is left for them of `ratio` of the model's bytes in fp32, after everything else in the
///   container errors  kInvalidArgument when that is less than nothing
Result<double> limit_bytes(const Layout& layout, Span<const float> values, const std::string& codec,
                           double ratio, std::vector<LayerSensitivity>& layers);

/// Every quantised tensor at the widest of 2 to 8 bits at which a container of the model takes at most
/// `ratio` of its bytes in fp32.
///   errors  kInvalidArgument when 2 bits take more
Result<BitPlan> widest_uniform_plan(const Layout& layout, const std::string& codec, double ratio);

}  // namespace covey::plan
