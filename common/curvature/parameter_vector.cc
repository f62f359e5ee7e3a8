#include "common/curvature/parameter_vector.h"

#include <cmath>

#include "common/base/check.h"

namespace covey::curvature {

ParameterVector zeros_like(const ParameterVector& v) {
  ParameterVector zeros;
  for (const torch::Tensor& tensor : v) zeros.push_back(torch::zeros_like(tensor.detach()));
  return zeros;
}

double inner_product(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::NoGradGuard no_grad;
  return (a * b).sum(torch::kFloat64).item<double>();
}

double inner_product(const ParameterVector& a, const ParameterVector& b) {
  COVEY_CHECK(a.size() == b.size(), "vectors of", a.size(), "and", b.size(), "tensors");
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += inner_product(a[i], b[i]);
  return sum;
}

double length(const ParameterVector& v) {
  return std::sqrt(inner_product(v, v));
}

void add_scaled(ParameterVector& a, const ParameterVector& b, double factor) {
  const torch::NoGradGuard no_grad;
  COVEY_CHECK(a.size() == b.size(), "vectors of", a.size(), "and", b.size(), "tensors");
  for (std::size_t i = 0; i < a.size(); ++i) a[i].add_(b[i], factor);
}

void scale(ParameterVector& v, double factor) {
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& tensor : v) tensor.mul_(factor);
}

void orthogonalise(ParameterVector& v, const std::vector<ParameterVector>& basis) {
  for (int pass = 0; pass < 2; ++pass) {
    for (const ParameterVector& q : basis) add_scaled(v, q, -inner_product(v, q));
  }
}

}  // namespace covey::curvature
