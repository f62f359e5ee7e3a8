#pragma once

#include "common/curvature/hessian.h"

namespace covey::curvature {

struct Eigenpair {
  double value = 0;
  ParameterVector vector;  ///< of length 1
  double residual = 0;     ///< |A v - value v|; some eigenvalue of A is no further from `value`
  int iterations = 0;
  bool converged = false;  ///< residual <= tolerance * |value|
};

struct PowerOptions {
  int count = 1;         ///< how many
  int iterations = 100;  ///< at most, for each
  double tolerance = 1e-3;
};

/// The eigenvalues of largest magnitude, with their sign, and their vectors, by power iteration with
/// deflation (second-order-and-models.md B.2). Stops by the residual and not, as is common, when the value
/// stands still: with nearly equal eigenvalues that is too early.
///   start   a vector to begin with for the j-th pair, of any length
///   errors  those of `apply`; kInternal when a product is not finite
Result<std::vector<Eigenpair>> top_eigenpairs(const Operator& apply,
                                              const std::function<ParameterVector(int j)>& start,
                                              const PowerOptions& options);

}  // namespace covey::curvature
