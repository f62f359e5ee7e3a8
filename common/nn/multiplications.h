#pragma once

#include <map>

#include "common/nn/model.h"

namespace covey::nn {

/// Multiplications that one image takes, by the weight that takes part in them ("conv1.weight"): of every
/// convolution and linear layer. Runs `model` once in eval mode; its products become LibTorch's own.
std::map<std::string, std::uint64_t> multiplications(Model& model, std::int64_t channels, std::int64_t height,
                                                     std::int64_t width);

}  // namespace covey::nn
