#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/nn/model.h"

namespace covey::nn {

/// Multiplications that one sample takes, by the weight that takes part in them ("conv1.weight"): of every
/// convolution and linear layer.
///   sample  sizes of its tensor: channels, height, width; or tokens
/// Runs `model` once in eval mode; its products become LibTorch's own.
std::map<std::string, std::uint64_t> multiplications(Model& model, std::vector<std::int64_t> sample);

}  // namespace covey::nn
