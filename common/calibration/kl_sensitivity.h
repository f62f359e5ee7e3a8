#pragma once

#include "common/nn/model.h"
#include "common/plan/sensitivity.h"

namespace covey::calibration {

/// How much a network's answers change when one tensor alone is rounded: the mean over `images` of
///   KL(softmax f(x; W) || softmax f(x; W with that tensor at that width))
/// for every tensor of `layout` that a container quantises and every width. Needs no labels.
///   values  of the model, in the order of `layout`; the model holds them before and after
///   images  N x C x H x W, normalised
///   codec   registered name of the quantiser
///   source  Cai et al.: ZeroQ (CVPR 2020); quantization.md C.2
///   errors  kInvalidArgument for an unknown codec or a width that it does not take
Result<std::vector<plan::LayerSensitivity>> kl_sensitivities(nn::Model& model, const Layout& layout,
                                                             const Values& values,
                                                             const torch::Tensor& images,
                                                             const std::string& codec,
                                                             const std::vector<int>& widths);

}  // namespace covey::calibration
