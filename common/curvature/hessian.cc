#include "common/curvature/hessian.h"

#include <numeric>

namespace covey::curvature {

Hessian::Hessian(ParameterVector parameters, BatchedLoss loss)
    : parameters_(std::move(parameters)),
      loss_(std::move(loss)),
      samples_(std::accumulate(loss_.samples.begin(), loss_.samples.end(), 0.0)) {
  COVEY_CHECK(!loss_.samples.empty() && samples_ > 0, "a loss needs at least one sample");
}

Result<GradientGraph> Hessian::graph_of(std::size_t batch) const {
  torch::Tensor loss;
  try {
    const torch::AutoGradMode grad(true);
    loss = loss_.evaluate(batch);
  } catch (const c10::Error& error) {
    return internal_error(std::string("LibTorch: ") + error.what_without_backtrace());
  }
  return GradientGraph::make(loss, parameters_);
}

Status Hessian::for_each_batch(const std::function<Status(double, const GradientGraph&)>& use) const {
  if (loss_.samples.size() == 1) {
    if (!only_) {
      COVEY_ASSIGN_OR_RETURN(only_, graph_of(0));
    }
    return use(1.0, *only_);
  }
  for (std::size_t batch = 0; batch < loss_.samples.size(); ++batch) {
    COVEY_ASSIGN_OR_RETURN(const GradientGraph graph, graph_of(batch));
    COVEY_RETURN_IF_ERROR(use(loss_.samples[batch] / samples_, graph));
  }
  return ok_status();
}

Result<ParameterVector> Hessian::product(const ParameterVector& v) const {
  ParameterVector sum = zeros_like(parameters_);
  COVEY_RETURN_IF_ERROR(for_each_batch([&](double share, const GradientGraph& graph) -> Status {
    COVEY_ASSIGN_OR_RETURN(const ParameterVector part, graph.product(v));
    add_scaled(sum, part, share);
    return ok_status();
  }));
  return sum;
}

Operator Hessian::as_operator() const {
  return [this](const ParameterVector& v) { return product(v); };
}

}  // namespace covey::curvature
