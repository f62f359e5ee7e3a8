#pragma once

#include "common/learn/optimizer.h"

namespace covey::learn {

/// Adam: weight decay is added to the gradient (Kingma and Ba, ICLR 2015).
///   m = beta1 * m + (1 - beta1) * g,  v = beta2 * v + (1 - beta2) * g^2
///   w -= rate * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
/// training.epsilon = 0 stands for 1e-8.
std::unique_ptr<Optimizer> make_adam(std::vector<torch::Tensor> parameters, const config::Training& training);

/// AdamW: w -= rate * decay * w beside the step (Loshchilov and Hutter, ICLR 2019).
std::unique_ptr<Optimizer> make_adamw(std::vector<torch::Tensor> parameters,
                                      const config::Training& training);

}  // namespace covey::learn
