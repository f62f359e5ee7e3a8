#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/base/status.h"
#include "common/nn/torch.h"

namespace covey::nn {

/// What stands between a convolution and its activation.
enum class Norm { kGroup, kBatch, kNone };

/// group | batch | none; kInvalidArgument for anything else.
Result<Norm> parse_norm(const std::string& name);

/// How group norm is computed where that is not by LibTorch's own function: the seam for cheaper derivatives
/// (common/curvature).
class GroupNormFunction {
 public:
  virtual ~GroupNormFunction() = default;
  /// N x C x H x W, with a graph where gradients are asked for; `weight` and `bias` have C values.
  virtual torch::Tensor apply(const torch::Tensor& x, std::int64_t groups, const torch::Tensor& weight,
                              const torch::Tensor& bias, double epsilon) const = 0;
};

/// Normalises N x C x H x W, then scales and shifts each channel (weight and bias; none with kNone).
///   kGroup  over each image's groups of C / groups channels
///   kBatch  over the batch in train mode, by running_mean and running_var in eval mode; train mode moves
///   these
///           by a tenth towards the batch's mean and unbiased variance, as PyTorch does
///   kNone   passes its input on
/// No counter of batches is kept, so that every buffer is a float tensor and can be averaged.
class NormLayerImpl : public torch::nn::Module {
 public:
  /// `groups` divides `channels`; it counts for kGroup only.
  NormLayerImpl(Norm norm, std::int64_t channels, std::int64_t groups);

  torch::Tensor forward(const torch::Tensor& x);

  void set_group_norm(std::shared_ptr<const GroupNormFunction> function) { function_ = std::move(function); }

 private:
  std::shared_ptr<const GroupNormFunction> function_;  ///< null: LibTorch's own
  Norm norm_;
  std::int64_t groups_;
  torch::Tensor weight_;
  torch::Tensor bias_;
  torch::Tensor running_mean_;
  torch::Tensor running_var_;
};
TORCH_MODULE(NormLayer);

}  // namespace covey::nn
