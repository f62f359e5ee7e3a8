#pragma once

#include <memory>

#include "common/nn/norm.h"

namespace covey::nn {

class TokenNorm;

/// Sees what norm layers of texts are given.
class TokenNormObserver {
 public:
  virtual ~TokenNormObserver() = default;
  /// `x` and `mask` as in TokenNorm::forward.
  virtual void on_tokens(const TokenNorm& layer, const torch::Tensor& x, const torch::Tensor& mask) = 0;
};

/// Normalises the words of texts, N x L x D, then scales and shifts each of the D features.
class TokenNorm : public torch::nn::Module {
 public:
  /// `mask` (N x L x 1, float) is 1 for words and 0 for padding; at least one is 1.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& mask) {
    if (observer_ != nullptr) observer_->on_tokens(*this, x, mask);
    return normalise(x, mask);
  }

  /// `observer` is borrowed until the next call; null ends its use.
  void set_observer(TokenNormObserver* observer) { observer_ = observer; }

 private:
  virtual torch::Tensor normalise(const torch::Tensor& x, const torch::Tensor& mask) = 0;

  TokenNormObserver* observer_ = nullptr;
};

/// By kind:
///   kLayer            over each word's features
///   kBatch            each feature over all words of the batch in train mode, by running_mean and
///   running_var in
///                     eval mode; train mode moves these by a tenth towards the batch's mean and unbiased
///                     variance
///   kPower, kPowerV, kPowerPublished   power_norm.h
///   kNone             passes its input on
///   heads   groups of the group scaling before kPower and kPowerPublished; divides `width`
std::shared_ptr<TokenNorm> make_token_norm(Norm norm, std::int64_t width, std::int64_t heads);

}  // namespace covey::nn
