#include "common/learn/clip.h"

namespace covey::learn {

void clip_gradients(const std::vector<torch::Tensor>& parameters, double norm_max) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> norms;
  norms.reserve(parameters.size());
  for (const auto& parameter : parameters) norms.push_back(parameter.grad().norm(2, torch::kFloat64));
  // The factor stays on the device: asking for its value would wait for the step.
  const torch::Tensor factor = (norm_max / torch::stack(norms).norm()).clamp_max(1).to(torch::kFloat32);
  for (const auto& parameter : parameters) parameter.grad().mul_(factor);
}

}  // namespace covey::learn
