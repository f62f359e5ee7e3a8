#pragma once

#include "common/nn/model.h"

namespace covey::nn {

/// Residual networks in their CIFAR form: a 3x3 convolution without pooling, then stages of basic blocks
/// whose first block halves the image from the second stage on, global average pooling, a linear layer. A
/// block's shortcut is a 1x1 convolution with norm where the shape changes.
///   source  He, Zhang, Ren, Sun: Deep residual learning for image recognition (CVPR 2016) and ssfl.md 3; the
///           paper's small networks pad the shortcut with zeros instead
/// Without a norm the convolutions get a bias.
///
/// resnet8 and resnet20: widths 16, 32, 64 with one or three blocks a stage; groups of two channels. Sides
/// from 4.
Result<std::shared_ptr<Model>> make_resnet8(const ModelOptions& options);
Result<std::shared_ptr<Model>> make_resnet20(const ModelOptions& options);

/// resnet18: widths 64, 128, 256, 512 with two blocks a stage; 32 groups everywhere. Sides from 8.
Result<std::shared_ptr<Model>> make_resnet18(const ModelOptions& options);

}  // namespace covey::nn
