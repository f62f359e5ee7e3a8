#pragma once

#include "common/base/random.h"
#include "common/base/status.h"
#include "common/curvature/parameter_vector.h"

namespace covey::learn {

/// The gradients of `loss`, left in the parameters as backward() leaves them, and an estimate of its
/// Hessian's diagonal from one product: z * Hz for the random signs z of that number, with their sign; its
/// mean over z is the diagonal. About twice the cost of a backward.
///   errors  those of curvature::GradientGraph
Result<curvature::ParameterVector> backward_with_curvature(const torch::Tensor& loss,
                                                           const std::vector<torch::Tensor>& parameters,
                                                           const Stream& probes, std::uint32_t number);

}  // namespace covey::learn
