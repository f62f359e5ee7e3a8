#include "common/learn/proximal.h"

namespace covey::learn {

Proximal::Proximal(const std::vector<torch::Tensor>& parameters, double mu) : mu_(mu) {
  if (mu == 0) return;
  parameters_ = parameters;
  for (const auto& parameter : parameters_) received_.push_back(parameter.detach().clone());
}

void Proximal::add_to_gradients() const {
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    parameters_[i].grad().add_(parameters_[i] - received_[i], mu_);
  }
}

void Proximal::add_to_curvature(curvature::ParameterVector& diagonal) const {
  if (mu_ == 0) return;
  for (torch::Tensor& values : diagonal) values.add_(mu_);
}

}  // namespace covey::learn
