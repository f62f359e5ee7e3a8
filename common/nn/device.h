#pragma once

#include "common/nn/torch.h"

namespace covey::nn {

/// The first CUDA device when the LibTorch at hand has one (CUDA_VISIBLE_DEVICES chooses, or hides them all),
/// else the CPU. The same at every call; the first sets cuDNN to algorithms that repeat bit by bit, and full
/// fp32.
torch::Device choose_device();

}  // namespace covey::nn
