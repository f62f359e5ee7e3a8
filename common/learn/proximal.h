#pragma once

#include <vector>

#include "common/curvature/parameter_vector.h"

namespace covey::learn {

/// Holds a member's parameters near those that it received: the gradient of mu / 2 * |w - w_received|^2.
///   source  Li et al.: Federated optimization in heterogeneous networks (FedProx, MLSys 2020)
class Proximal {
 public:
  /// Keeps a copy of the values that `parameters` have now; none while `mu` is 0.
  Proximal(const std::vector<torch::Tensor>& parameters, double mu);

  /// Adds mu * (w - w_received) to every gradient.
  void add_to_gradients() const;

  /// Adds mu to the diagonal of the Hessian, where there is one.
  void add_to_curvature(curvature::ParameterVector& diagonal) const;

 private:
  std::vector<torch::Tensor> parameters_;
  std::vector<torch::Tensor> received_;
  double mu_;
};

}  // namespace covey::learn
