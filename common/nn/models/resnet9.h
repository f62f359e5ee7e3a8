#pragma once

#include "common/nn/model.h"

namespace covey::nn {

/// ResNet-9 of ssfl.md 3: eight units of 3x3 convolution with bias, norm (32 groups) and ReLU, two of them
/// pairs with a shortcut that no ReLU follows; global max-pooling (4x4 on 32 x 32 images) and a linear layer.
/// Sides from 8.
Result<std::shared_ptr<Model>> make_resnet9(const ModelOptions& options);

}  // namespace covey::nn
