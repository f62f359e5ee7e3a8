#pragma once

#include "common/base/status.h"
#include "common/curvature/parameter_vector.h"

namespace covey::curvature {

/// The gradient of one loss with the graph that leads to it, so that it can be differentiated again: any
/// number of products with the Hessian from one forward and one backward (second-order-and-models.md 0).
class GradientGraph {
 public:
  /// `loss` is a scalar with a graph; the Hessian is that by `parameters`, which may be some of a model's
  /// (then it is a diagonal block).
  ///   errors  kInvalidArgument: the graph ends before the gradient of a parameter, as in a layer whose
  ///           backward cannot be differentiated, so that the Hessian would be wrong without a sign of it
  ///           kInternal: LibTorch fails
  static Result<GradientGraph> make(const torch::Tensor& loss, ParameterVector parameters);

  /// Detached; zeros for a parameter that the loss does not depend on.
  ParameterVector gradient() const;

  /// H v, detached. The graph stays for more products; with `last` it is let go, and no other may follow.
  ///   errors  kInternal: LibTorch fails
  Result<ParameterVector> product(const ParameterVector& v, bool last = false) const;

 private:
  GradientGraph(ParameterVector parameters, ParameterVector gradient)
      : parameters_(std::move(parameters)), gradient_(std::move(gradient)) {}

  ParameterVector parameters_;
  ParameterVector gradient_;  ///< an undefined tensor is a derivative of zero
};

}  // namespace covey::curvature
