#pragma once

#include "common/calibration/activation_ranges.h"
#include "common/calibration/distilled_images.h"
#include "common/plan/sensitivity.h"

namespace covey::calibration {

struct ZeroqOptions {
  std::string codec = "sym";  ///< quantiser of the weights
  double percentile = 100;    ///< of activation ranges
  DistilOptions distil;
};

/// What is known of quantising a network when no data are at hand.
struct Zeroq {
  std::vector<plan::LayerSensitivity> layers;  ///< for 2 to 8 bits: what a plan is made from
  std::vector<ActivationRange> ranges;
  double loss_first = 0;  ///< StatisticsLoss of the noise
  double loss = 0;        ///< and of the images that were made of it
};

/// Distils images from `model`, whose values are `values` in the order of `layout`, and takes sensitivities
/// and activation ranges from these.
/// Layers that train on quantised values multiply by LibTorch's product from then on.
///   source  Cai et al.: ZeroQ (CVPR 2020); quantization.md C
///   errors  those of distil and kl_sensitivities
Result<Zeroq> zeroq(nn::Model& model, const Layout& layout, const Values& values, const SampleFormat& format,
                    const ZeroqOptions& options);

/// JSON: {LAYER: [LOW, HIGH], ...}; metadata "covey.activations" of a model file.
std::string to_json(const std::vector<ActivationRange>& ranges);

}  // namespace covey::calibration
