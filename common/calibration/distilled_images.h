#pragma once

#include "common/base/random.h"
#include "common/calibration/statistics_loss.h"

namespace covey::calibration {

struct DistilOptions {
  std::int64_t images = 32;
  int iterations = 500;
  double rate = 0.5;  ///< of Adam; a tenth of it whenever the loss has not improved for `patience` steps
  int patience = 100;
  double rate_min = 1e-4;
  Statistics statistics = Statistics::kBatch;
  std::uint64_t seed = 1;
};

struct Distilled {
  torch::Tensor images;   ///< images x channels x height x width, normalised
  double loss_first = 0;  ///< of the noise that it began with
  double loss = 0;        ///< of `images`
};

/// Images that look to `model` like those that it was trained on, made from noise by descending
/// StatisticsLoss: data for calibration where there are none. Of the iterations, the images with the least
/// loss. A function of the model and the options.
///   format  of what `model` takes
///   errors  those of StatisticsLoss; kInvalidArgument for samples that are no images; kInternal when the
///   loss is not finite
Result<Distilled> distil(nn::Model& model, const SampleFormat& format, const DistilOptions& options);

}  // namespace covey::calibration
