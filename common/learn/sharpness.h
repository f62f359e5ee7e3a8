#pragma once

#include "common/nn/model.h"
#include "common/nn/torch.h"

namespace covey::learn {

/// Sharpness-aware consistency (training.sharpness = rho): predictions should stay what they are at the worst
/// weights nearby. For the images S of a batch of N whose label is sure,
///   g  = gradient of CE over S;  w* = w + rho * T^2 g / |T g|   (adaptive: T = |w| + 0.01, biases: T = 1)
///   loss = 1/N sum_S KL(softmax f_w*(x) || softmax f_w(x)),  gradients through f_w only
///   source  Lee et al.: (FL)^2 (NeurIPS 2024, arXiv 2410.23227); the step is that of Kwon et al.: ASAM (ICML
///           2021)
class Sharpness {
 public:
  /// rho > 0.
  Sharpness(nn::Model& model, double rho);

  /// `logits` (N x classes) are those of `view` at w, with their graph, in train mode; `labels` N, int64;
  /// `sure` N, float32, 1 for S. The forward at w* has the draws of the one that made `logits`. Weights and
  /// buffers are what they were afterwards, bit for bit.
  torch::Tensor loss(const torch::Tensor& view, const torch::Tensor& logits, const torch::Tensor& labels,
                     const torch::Tensor& sure);

 private:
  std::vector<torch::Tensor> worst_weights(const torch::Tensor& loss) const;
  torch::Tensor logits_at(const std::vector<torch::Tensor>& weights, const torch::Tensor& view);

  nn::Model& model_;
  double rho_;
  std::vector<torch::Tensor> parameters_;
  std::vector<bool> scaled_;  ///< per parameter: T = |w| + 0.01
};

}  // namespace covey::learn
