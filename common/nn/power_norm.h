#pragma once

#include "common/nn/token_norm.h"

namespace covey::nn {

/// How power norm is trained. With q the mean square of each feature over the words of a batch, psi its
/// running mean and e = 1e-5:
///   kPaper      forward by psi of the steps before, backward corrected by a running mean (Algorithm 2)
///   kPublished  the authors' code: q itself in the first `warmup` steps, whose running mean moves twice
///   each;
///               backward by q of the batch always, its running mean over padding, too
///   kExact      forward by q, exact backward (PN-V)
/// All use psi in eval mode.
enum class PowerRule { kPaper, kPublished, kExact };

struct PowerNormOptions {
  std::int64_t width = 0;
  std::int64_t groups = 0;  ///< of the group scaling before it; 0: none
  PowerRule rule = PowerRule::kPaper;
  std::int64_t warmup = 0;     ///< kPublished: steps
  double keep_forward = 0.9;   ///< share of psi that a step keeps
  double keep_backward = 0.9;  ///< the same of the backward's running mean
};

/// Every group of `groups` neighbouring features of each word, divided by the root of its mean square (+
/// 1e-5).
torch::Tensor group_scaling(const torch::Tensor& x, std::int64_t groups);

/// Divides each feature of N x L x D by the root of its mean square over words: x / sqrt(psi + e) * weight +
/// bias. Buffers are such that a plain mean over members weighs psi by their words: power_sum / power_words
/// is psi, and power_words the running mean of the words of a batch. `correction` is the backward's running
/// mean. Second derivatives: kExact, and any rule in eval mode. Else the backward throws: it would be wrong
/// without a sign of it.
///   source  Shen et al.: PowerNorm (arXiv 2003.07845), Algorithms 1 and 2; the authors' code
class PowerNorm final : public TokenNorm {
 public:
  explicit PowerNorm(const PowerNormOptions& options);

  /// Running mean of each feature's mean square.
  torch::Tensor psi() const { return power_sum_ / power_words_; }
  const torch::Tensor& correction() const { return correction_; }

 private:
  torch::Tensor normalise(const torch::Tensor& x, const torch::Tensor& mask) override;
  torch::Tensor train(const torch::Tensor& x, const torch::Tensor& mask);
  void set_psi(const torch::Tensor& psi, const torch::Tensor& mask);

  PowerNormOptions options_;
  torch::Tensor weight_;
  torch::Tensor bias_;
  torch::Tensor power_sum_;
  torch::Tensor power_words_;
  torch::Tensor correction_;
  torch::Tensor steps_;
};

}  // namespace covey::nn
