#include "common/curvature/gradient_graph.h"

#include <torch/csrc/autograd/autograd.h>

namespace covey::curvature {

namespace {

Status torch_failed(const c10::Error& error) {
  return internal_error(std::string("LibTorch: ") + error.what_without_backtrace());
}

}  // namespace

Result<GradientGraph> GradientGraph::make(const torch::Tensor& loss, ParameterVector parameters) {
  ParameterVector gradient;
  try {
    gradient = torch::autograd::grad({loss}, parameters, {}, true, true, true);
  } catch (const c10::Error& error) {
    return torch_failed(error);
  }
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    if (!gradient[i].defined() || gradient[i].requires_grad()) continue;
    return invalid_argument(
        "the gradient of parameter " + std::to_string(i) +
        " has no graph: a layer's backward cannot be differentiated, so curvature is not known");
  }
  return GradientGraph(std::move(parameters), std::move(gradient));
}

ParameterVector GradientGraph::gradient() const {
  ParameterVector detached;
  for (std::size_t i = 0; i < gradient_.size(); ++i) {
    detached.push_back(gradient_[i].defined() ? gradient_[i].detach()
                                              : torch::zeros_like(parameters_[i].detach()));
  }
  return detached;
}

Result<ParameterVector> GradientGraph::product(const ParameterVector& v, bool last) const {
  COVEY_CHECK(v.size() == parameters_.size(), v.size(), "tensors for", parameters_.size(), "parameters");
  ParameterVector defined;
  ParameterVector weights;
  for (std::size_t i = 0; i < gradient_.size(); ++i) {
    if (!gradient_[i].defined()) continue;
    defined.push_back(gradient_[i]);
    weights.push_back(v[i]);
  }
  if (defined.empty()) return zeros_like(parameters_);
  ParameterVector product;
  try {
    product = torch::autograd::grad(defined, parameters_, weights, !last, false, true);
  } catch (const c10::Error& error) {
    return torch_failed(error);
  }
  for (std::size_t i = 0; i < product.size(); ++i) {
    if (!product[i].defined()) product[i] = torch::zeros_like(parameters_[i].detach());
  }
  return product;
}

}  // namespace covey::curvature
