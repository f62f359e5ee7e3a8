#include "common/learn/backward.h"

#include "common/curvature/gradient_graph.h"
#include "common/curvature/probes.h"

namespace covey::learn {

Result<curvature::ParameterVector> backward_with_curvature(const torch::Tensor& loss,
                                                           const std::vector<torch::Tensor>& parameters,
                                                           const Stream& probes, std::uint32_t number) {
  COVEY_ASSIGN_OR_RETURN(const auto graph, curvature::GradientGraph::make(loss, parameters));
  const curvature::ParameterVector gradient = graph.gradient();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    torch::Tensor parameter = parameters[i];
    // A copy: what the graph holds must not change before the product, nor with what a clip or decay adds.
    parameter.mutable_grad() = gradient[i].clone();
  }
  const curvature::ParameterVector z = curvature::rademacher(parameters, probes, number);
  COVEY_ASSIGN_OR_RETURN(curvature::ParameterVector curvature, graph.product(z, true));
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < curvature.size(); ++i) curvature[i].mul_(z[i]);
  return curvature;
}

}  // namespace covey::learn
