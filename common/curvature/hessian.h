#pragma once

#include <functional>

#include "common/curvature/gradient_graph.h"

namespace covey::curvature {

/// A loss over data that comes in batches: the mean of the batches' losses, weighted by their samples.
struct BatchedLoss {
  std::vector<double> samples;  ///< of every batch
  std::function<torch::Tensor(std::size_t batch)>
      evaluate;  ///< mean over the batch's samples, with its graph
};

/// A symmetric linear map of parameter space, such as v -> H v.
using Operator = std::function<Result<ParameterVector>(const ParameterVector&)>;

/// The Hessian of a loss over data by `parameters` at their present values. Exact: the mean over all samples
/// is the weighted mean of the batches (second-order-and-models.md B.1). With one batch its graph is kept
/// from product to product, so the parameters must stay as they are while this lives.
///
/// Put the model in eval mode before: otherwise batch statistics and dropout are part of the loss.
class Hessian {
 public:
  Hessian(ParameterVector parameters, BatchedLoss loss);

  const ParameterVector& parameters() const { return parameters_; }

  /// H v.  errors  those of GradientGraph
  Result<ParameterVector> product(const ParameterVector& v) const;

  /// Hands over the graph of every batch, with the batch's share of all samples; for who needs many products
  /// of one graph. Ends at the first failure.
  Status for_each_batch(const std::function<Status(double share, const GradientGraph&)>& use) const;

  /// This Hessian as an operator; it must outlive it.
  Operator as_operator() const;

 private:
  Result<GradientGraph> graph_of(std::size_t batch) const;

  ParameterVector parameters_;
  BatchedLoss loss_;
  double samples_ = 0;
  mutable std::optional<GradientGraph> only_;  ///< of the only batch
};

}  // namespace covey::curvature
