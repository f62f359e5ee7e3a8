#pragma once

#include "common/nn/torch.h"

#include <cstdint>

namespace covey::nn {

/// Overwrites every parameter and buffer of `module` with PyTorch's default distributions, drawn by name:
///   convolution, linear   weight and bias uniform in [-b, b), b = 1 / sqrt(inputs of one output)
///   norm                  weight 1, bias 0, running mean 0, running variance 1
/// Element i of a tensor is a function of (seed, name of the tensor, i). The process-wide generator, which
/// LibTorch's own constructors use, has no part in the result.
void initialise(torch::nn::Module& module, std::uint64_t seed);

}  // namespace covey::nn
