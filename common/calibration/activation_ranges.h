#pragma once

#include <string>
#include <vector>

#include "common/nn/model.h"

namespace covey::calibration {

/// The range of what a layer multiplies with its weight.
struct ActivationRange {
  std::string layer;
  double low = 0;  ///< includes 0
  double high = 0;
};

/// The ranges of the inputs of every convolution and linear layer over `images` (N x C x H x W, normalised),
/// in eval mode: what static quantisation of activations needs.
///   percentile  above 50, up to 100: the share of values that lie below `high`, and above `low`; 100 is the
///               whole range
std::vector<ActivationRange> activation_ranges(nn::Model& model, const torch::Tensor& images,
                                               double percentile);

}  // namespace covey::calibration
