#pragma once

#include "common/base/random.h"
#include "common/learn/objective.h"

namespace covey::learn {

/// Mixup of a member's confident images with any of its images (training.mixup = alpha):
///   x     = lambda * weak(fix) + (1 - lambda) * weak(mix),  lambda ~ Beta(alpha, alpha) once a batch
///   loss += lambda * CE(x, y_fix) + (1 - lambda) * CE(x, y_mix)
///   source  Diao, Ding, Tarokh: SemiFL (NeurIPS 2022, arXiv 2106.01432); the mix images keep whatever label
///           the received model gave them.

/// lambda for alpha > 0, in [0, 1].
double mixing_share(double alpha, Sequence draws);

/// x: N x C x H x W from the weak views of two batches of one size.
torch::Tensor mixed_images(const Batch& fix, const Batch& mix, double share);

/// The loss above from the logits of x.
torch::Tensor mixed_cross_entropy(const torch::Tensor& logits, const Batch& fix, const Batch& mix,
                                  double share);

}  // namespace covey::learn
