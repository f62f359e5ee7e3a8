#pragma once

#include <vector>

#include "common/nn/torch.h"

namespace covey::learn {

/// Scales the gradients of all `parameters` by one factor, so that their joint L2 norm is at most `norm_max`
/// (> 0); shorter ones stay as they are, and a value that is not finite stays not finite.
void clip_gradients(const std::vector<torch::Tensor>& parameters, double norm_max);

}  // namespace covey::learn
