#pragma once

#include <memory>

#include "common/nn/model.h"

namespace covey::calibration {

/// How a batch of images is compared with what a network remembers.
enum class Statistics {
  kBatch,  ///< mean and deviation over all images and pixels
  kImage,  ///< of every image over its pixels, as the authors' code does
};

/// How far a batch of images is from those that a network was trained on, as its norm layers remember them:
/// for every layer l and channel
///   sum |mean_l(x) - mean_l|^2 + |deviation_l(x) - deviation_l|^2
/// over layer inputs, and over the image itself, whose channels should have mean 0 and deviation 1. Where
/// group norm tracks moments, the same over its normalised values; of its inputs, whose scale and shift it
/// removes, a tenth of the error relative to the deviation.
///   source  Cai et al.: ZeroQ (CVPR 2020); quantization.md C.1, C.5
class StatisticsLoss {
 public:
  /// Borrows `model`, in eval mode, until it is gone.
  ///   errors  kInvalidArgument when its norm layers remember nothing, or too little
  static Result<std::unique_ptr<StatisticsLoss>> make(nn::Model& model, Statistics statistics);
  ~StatisticsLoss();

  /// A scalar with its graph. `images`: N x C x H x W, normalised.
  torch::Tensor of(const torch::Tensor& images);

 private:
  class Observer;
  StatisticsLoss(nn::Model& model, Statistics statistics);

  nn::Model& model_;
  std::unique_ptr<Observer> observer_;
};

}  // namespace covey::calibration
