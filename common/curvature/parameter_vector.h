#pragma once

#include <vector>

#include "common/nn/torch.h"

namespace covey::curvature {

/// A point in parameter space: a tensor for every parameter, with its shape and type. Also gradients,
/// probes and products with the Hessian.
using ParameterVector = std::vector<torch::Tensor>;

/// Sums are taken in double, whatever the type of the tensors. None of these records a graph.

ParameterVector zeros_like(const ParameterVector& v);
double inner_product(const torch::Tensor& a, const torch::Tensor& b);
double inner_product(const ParameterVector& a, const ParameterVector& b);
double length(const ParameterVector& v);
/// a += factor * b
void add_scaled(ParameterVector& a, const ParameterVector& b, double factor);
/// v *= factor
void scale(ParameterVector& v, double factor);
/// Takes the share of every vector of `basis`, which must be orthonormal, out of v; two passes, so that
/// rounding leaves none of it.
void orthogonalise(ParameterVector& v, const std::vector<ParameterVector>& basis);

}  // namespace covey::curvature
