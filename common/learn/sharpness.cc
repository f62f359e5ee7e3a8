#include "common/learn/sharpness.h"

#include <torch/csrc/autograd/autograd.h>

#include "common/learn/exchanged_tensors.h"
#include "common/learn/objective.h"

namespace covey::learn {

namespace {

constexpr double kScaleFloor = 0.01;
constexpr double kSmallestNorm = 1e-16;

bool is_weight(const std::string& name) {
  const std::string suffix = "weight";
  return name.size() >= suffix.size() &&
         name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0;
}

std::vector<torch::Tensor> copies(const std::vector<torch::Tensor>& tensors) {
  std::vector<torch::Tensor> copied;
  for (const auto& tensor : tensors) copied.push_back(tensor.detach().clone());
  return copied;
}

}  // namespace

Sharpness::Sharpness(nn::Model& model, double rho) : model_(model), rho_(rho) {
  for (const auto& parameter : model.named_parameters()) {
    parameters_.push_back(parameter.value());
    scaled_.push_back(is_weight(parameter.key()));
  }
}

std::vector<torch::Tensor> Sharpness::worst_weights(const torch::Tensor& loss) const {
  const auto gradients = torch::autograd::grad({loss}, parameters_, {}, true);
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> steps;
  std::vector<torch::Tensor> norms;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    torch::Tensor step = gradients[i];
    if (scaled_[i]) {
      const torch::Tensor scale = parameters_[i].abs().add_(kScaleFloor);
      norms.push_back((step * scale).norm(2, torch::kFloat64));
      step = step * scale.square_();
    } else {
      norms.push_back(step.norm(2, torch::kFloat64));
    }
    steps.push_back(step);
  }
  const torch::Tensor length = (rho_ / (torch::stack(norms).norm() + kSmallestNorm)).to(torch::kFloat32);
  for (std::size_t i = 0; i < steps.size(); ++i) steps[i] = parameters_[i] + steps[i] * length;
  return steps;
}

torch::Tensor Sharpness::logits_at(const std::vector<torch::Tensor>& weights, const torch::Tensor& view) {
  const torch::NoGradGuard no_grad;
  const ExchangedTensors parameters(parameters_, weights);
  // Running statistics of the batch are updated once a step, by the forward at w.
  const std::vector<torch::Tensor> buffers = model_.buffers();
  const ExchangedTensors statistics(buffers, copies(buffers));
  return model_.forward(view);
}

torch::Tensor Sharpness::loss(const torch::Tensor& view, const torch::Tensor& logits,
                              const torch::Tensor& labels, const torch::Tensor& sure) {
  const auto weights = worst_weights(masked_cross_entropy(logits, {labels, sure}));
  const torch::Tensor there = torch::log_softmax(logits_at(weights, view), 1);
  const torch::Tensor here = torch::log_softmax(logits, 1);
  const torch::Tensor divergence = (there.exp() * (there - here)).sum(1);
  return (divergence * sure).mean();
}

}  // namespace covey::learn
