#pragma once

#include "common/nn/model.h"

namespace covey::nn {

/// Networks for small images whose residual blocks are ODEs (ANODEV2, arXiv 1906.04596), as OdeOptions says.
/// With configuration 0 and one step they are the ordinary networks, of 7,706, 44,186 and 1,756,682
/// parameters for 3 x 32 x 32 and 10 classes; blocks whose weights move have four more a channel of each of
/// their convolutions.
///   anode-resnet4   convolution of 16, an ODE block of two, pooling to 4 x 4, a linear layer
///   anode-resnet10  convolution of 16, two ODE blocks of 16, an ordinary block to 32 at half the size, an
///   ODE block
///                   of 32, pooling to 2 x 2, a linear layer
///   anode-alexnet   convolution 5 x 5 of 64, pooling by 2, an ODE block of one convolution 5 x 5, pooling to
///   8 x 8,
///                   linear layers of 384, 192 and the classes
Result<std::shared_ptr<Model>> make_anode_resnet4(const ModelOptions& options);
Result<std::shared_ptr<Model>> make_anode_resnet10(const ModelOptions& options);
Result<std::shared_ptr<Model>> make_anode_alexnet(const ModelOptions& options);

}  // namespace covey::nn
