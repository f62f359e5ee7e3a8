#pragma once

#include "common/nn/model.h"

namespace covey::curvature {

/// Gives convolutions and group norms of `model` functions whose gradients can be differentiated again at
/// little cost (conv_product.h, group_norm.h). Its outputs may differ in the last bits where a convolution
/// has a bias, which is added apart then.
void prepare_second_derivatives(nn::Model& model);

}  // namespace covey::curvature
