#pragma once

#include "common/curvature/hessian.h"

namespace covey::curvature {

/// An operator's spectrum as one vector sees it: sum of weights[i] * f(nodes[i]) is q' f(A) q for the
/// normalised start q, exactly so for polynomials of degree up to 2 * nodes - 1.
struct Quadrature {
  std::vector<double> alpha;    ///< diagonal of the tridiagonal matrix
  std::vector<double> beta;     ///< beside it; one less
  std::vector<double> nodes;    ///< its eigenvalues, ascending
  std::vector<double> weights;  ///< of each, with sum 1
};

/// At most `steps` steps of the Lanczos process from `start`, with full reorthogonalisation in two passes
/// (second-order-and-models.md B.4). Ends earlier, and exactly, when the space that A spans is exhausted.
/// Keeps a vector of the model's size for every step.
///   errors  those of `apply`; kInternal when a product is not finite
Result<Quadrature> lanczos(const Operator& apply, const ParameterVector& start, int steps);

}  // namespace covey::curvature
