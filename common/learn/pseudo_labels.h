#pragma once

#include <cstdint>
#include <vector>

#include "common/config/experiment.h"
#include "common/nn/torch.h"

namespace covey::learn {

/// Hard labels that a model gave to unlabelled images, and which of them count.
struct PseudoLabels {
  torch::Tensor labels;  ///< N, int64
  torch::Tensor mask;    ///< N, float32: 1 where the label counts
  /// N, float32: 1 where the prediction reaches training.threshold, the mask itself with threshold_rule =
  /// fixed.
  torch::Tensor sure = {};
};

/// Turns predictions into pseudo-labels (ssfl.md 2): argmax where the largest probability reaches the
/// threshold tau. With alignment a > 0, probabilities are first divided by (running mean prediction)^a and
/// normalised again, so that a class that the model gives too often needs more confidence; this is what keeps
/// labels from collapsing into one class. One labeller serves one member in one round.
class PseudoLabeller {
 public:
  PseudoLabeller(const config::Training& training, int classes);

  /// Labels one batch of `logits` (N x classes) and updates the running mean with it. No gradient flows
  /// through the result.
  PseudoLabels label_moving(const torch::Tensor& logits);

  /// Labels a user's whole data at once: the mean prediction is that of all `logits`. With
  /// training.threshold_rule = adaptive a label c counts from g * p_c / max p on, where p is the mean
  /// (aligned) prediction and g the mean of the largest probabilities: low while the model is unsure, lower
  /// for the classes that it rarely gives.
  ///   source  Lee et al.: (FL)^2 (NeurIPS 2024, arXiv 2410.23227)
  PseudoLabels label_round(const torch::Tensor& logits) const;

  /// Adds `labels` to the figures below. It does not wait for the device; reading the figures does.
  void count(const PseudoLabels& labels);
  std::vector<std::uint32_t> accepted_per_class() const;
  double mask_rate() const;  ///< accepted labels over labels counted; 0 before the first

 private:
  torch::Tensor aligned(const torch::Tensor& probabilities, const torch::Tensor& mean) const;

  double threshold_;
  bool adaptive_;
  double alignment_;
  int classes_;
  torch::Tensor running_mean_;
  torch::Tensor accepted_;  ///< per class, float64 on the device of the labels; undefined before the first
  std::int64_t seen_ = 0;
};

/// Mean of the largest probability that `logits` (N x classes, N >= 1) give, in [0, 1]; 0 where they are not
/// numbers.
double mean_confidence(const torch::Tensor& logits);

}  // namespace covey::learn
