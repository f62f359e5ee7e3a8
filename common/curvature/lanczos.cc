#include "common/curvature/lanczos.h"

#include <algorithm>
#include <cmath>

#include <ATen/ops/linalg_eigh.h>

namespace covey::curvature {

namespace {

constexpr double kExhausted = 1e-10;  ///< of the largest diagonal entry

void solve(Quadrature& quadrature) {
  const auto size = static_cast<std::int64_t>(quadrature.alpha.size());
  torch::Tensor matrix = torch::zeros({size, size}, torch::kFloat64);
  auto entries = matrix.accessor<double, 2>();
  for (std::int64_t i = 0; i < size; ++i) {
    entries[i][i] = quadrature.alpha[static_cast<std::size_t>(i)];
    if (i + 1 < size) entries[i][i + 1] = entries[i + 1][i] = quadrature.beta[static_cast<std::size_t>(i)];
  }
  const auto [values, vectors] = at::linalg_eigh(matrix);
  for (std::int64_t i = 0; i < size; ++i) {
    quadrature.nodes.push_back(values[i].item<double>());
    quadrature.weights.push_back(std::pow(vectors[0][i].item<double>(), 2));
  }
}

}  // namespace

Result<Quadrature> lanczos(const Operator& apply, const ParameterVector& start, int steps) {
  Quadrature quadrature;
  std::vector<ParameterVector> basis;
  double largest = 0;
  ParameterVector q = zeros_like(start);
  add_scaled(q, start, 1 / length(start));
  for (int j = 0; j < steps; ++j) {
    COVEY_ASSIGN_OR_RETURN(ParameterVector w, apply(q));
    const double alpha = inner_product(w, q);
    if (!std::isfinite(alpha)) return internal_error("a product with the Hessian is not finite");
    quadrature.alpha.push_back(alpha);
    largest = std::max(largest, std::abs(alpha));
    basis.push_back(std::move(q));
    orthogonalise(w, basis);
    const double beta = length(w);
    if (j + 1 == steps || beta <= kExhausted * largest) break;
    quadrature.beta.push_back(beta);
    scale(w, 1 / beta);
    q = std::move(w);
  }
  solve(quadrature);
  return quadrature;
}

}  // namespace covey::curvature
