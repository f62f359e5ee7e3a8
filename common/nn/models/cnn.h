#pragma once

#include "common/nn/model.h"

namespace covey::nn {

/// A small network for 28 x 28 and 32 x 32 images, about 2 million multiplications an image (ssfl.md 9):
/// three units of 3x3 convolution, norm and ReLU with 16, 32 and 64 channels, 2x2 max-pooling after the first
/// two, then global average pooling and a linear layer. 8 groups. Sides from 4.
Result<std::shared_ptr<Model>> make_cnn(const ModelOptions& options);

}  // namespace covey::nn
