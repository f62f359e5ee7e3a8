#pragma once

#include "common/learn/optimizer.h"

namespace covey::learn {

/// SGD with momentum and weight decay on every parameter (ssfl.md 2.2):
///   g += decay * w
///   v = momentum * v + g        (first step: v = g)
///   w -= rate * (g + momentum * v), or rate * v without Nesterov
std::unique_ptr<Optimizer> make_sgd(std::vector<torch::Tensor> parameters, const config::Training& training);

}  // namespace covey::learn
