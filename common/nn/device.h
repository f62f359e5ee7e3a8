#pragma once

#include "common/nn/torch.h"

namespace covey::nn {

/// The first CUDA device when the LibTorch at hand has one, else the CPU.
torch::Device choose_device();

}  // namespace covey::nn
