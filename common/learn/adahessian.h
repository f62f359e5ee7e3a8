#pragma once

#include "common/learn/optimizer.h"

namespace covey::learn {

/// AdaHessian (arXiv 2006.00719; second-order-and-models.md A): Adam with the Hessian's diagonal in place of
/// the squared gradient, and decoupled weight decay.
///   m = beta1 * m + (1 - beta1) * g
///   v = beta2 * v + (1 - beta2) * d^2, d the mean of |curvature| over blocks (training.hessian_average)
///   w -= rate * ((m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^u))^k + epsilon) + decay * w)
/// with k = training.hessian_power and u the number of updates of v: curvature is needed in every
/// training.hessian_period-th step only, the first one included. With training.hessian_sign = "signed" d is
/// the mean of the curvature itself, which does not grow where signs mix. training.epsilon = 0 stands for
/// 1e-4.
std::unique_ptr<Optimizer> make_adahessian(std::vector<torch::Tensor> parameters,
                                           const config::Training& training);

}  // namespace covey::learn
