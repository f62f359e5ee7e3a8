#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/base/status.h"
#include "common/nn/torch.h"

namespace covey::nn {

/// What keeps activations in range: between convolutions (norm.h) or in transformers (token_norm.h).
enum class Norm { kGroup, kBatch, kLayer, kPower, kPowerV, kPowerPublished, kNone };

/// By name: group | batch | layer | power | power-v | power-published | none; kInvalidArgument for anything
/// else.
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

class NormLayerImpl;

/// Sees what norm layers are given.
class NormObserver {
 public:
  virtual ~NormObserver() = default;
  /// `x` (N x C x H x W) has its graph where gradients are asked for; `use` as in NormLayerImpl::forward.
  virtual void on_norm(const NormLayerImpl& layer, const torch::Tensor& x, std::int64_t use) = 0;
};

/// Mean and mean square of every channel: C values each, or N x C of every image.
struct ChannelMoments {
  torch::Tensor mean;
  torch::Tensor square;

  /// Those of all images together.
  ChannelMoments of_batch() const { return {mean.mean(0), square.mean(0)}; }
};

/// Of every image of `x` (N x C x H x W) over its pixels: N x C, with their graph.
ChannelMoments image_moments(const torch::Tensor& x);

/// Normalises N x C x H x W, then scales and shifts each channel (weight and bias; none with kNone).
///   kGroup  over each image's groups of C / groups channels
///   kBatch  over the batch in train mode, by running_mean and running_var in eval mode; train mode moves
///   these
///           by a tenth towards the batch's mean and unbiased variance, as PyTorch does
///   kNone   passes its input on
/// No counter of batches is kept, so that every buffer is a float tensor and can be averaged.
///
/// A layer that every forward of its model uses several times, as in a block that takes several steps,
/// normalises other values each time: batch norm keeps the running values of each use apart (uses x C), with
/// one weight and bias. One mean for all would fit none of them in eval mode.
class NormLayerImpl : public torch::nn::Module {
 public:
  /// `groups` divides `channels`; it counts for kGroup only.
  NormLayerImpl(Norm norm, std::int64_t channels, std::int64_t groups, std::int64_t uses = 1);

  /// `use`: the how-manieth one of this forward of the model, from 0 to below uses().
  torch::Tensor forward(const torch::Tensor& x, std::int64_t use = 0);

  std::int64_t uses() const { return uses_; }

  void set_group_norm(std::shared_ptr<const GroupNormFunction> function) { function_ = std::move(function); }
  /// `observer` is borrowed until the next call; null ends its use.
  void set_observer(NormObserver* observer) { observer_ = observer; }

  /// Keeps running moments of what group norm is given, and of what it gives before its weight and bias, as
  /// buffers: what batch norm has anyway, for calibration without data (quantization.md C.5). Like those of
  /// batch norm they move by a tenth towards each batch in train mode.
  void track_moments();

  Norm norm() const { return norm_; }
  /// The moments that images have after group norm, before weight and bias, if they have `images` (N x C)
  /// before.
  ChannelMoments normalised(const ChannelMoments& images) const;
  /// What is remembered of the inputs of one use: batch norm's, or tracked ones, which are those of all uses;
  /// undefined without.
  ChannelMoments input_moments(std::int64_t use = 0) const;
  /// The same of what group norm gives before weight and bias; tracked ones only.
  ChannelMoments output_moments() const { return {output_mean_, output_square_}; }
  /// Batches that went into tracked moments, at most a thousand.
  double moments_count() const;

 private:
  void update_moments(const torch::Tensor& x);
  /// The row of `use` in a buffer of batch norm, which shares its memory.
  torch::Tensor of_use(const torch::Tensor& buffer, std::int64_t use) const;

  std::shared_ptr<const GroupNormFunction> function_;  ///< null: LibTorch's own
  Norm norm_;
  std::int64_t groups_;
  std::int64_t uses_;
  torch::Tensor weight_;
  torch::Tensor bias_;
  torch::Tensor running_mean_;
  torch::Tensor running_var_;
  NormObserver* observer_ = nullptr;
  // Undefined unless tracked.
  torch::Tensor input_mean_;
  torch::Tensor input_square_;
  torch::Tensor output_mean_;
  torch::Tensor output_square_;
  torch::Tensor moments_count_;
};
TORCH_MODULE(NormLayer);

/// Tracks the moments of all group norm layers of a model.
void track_moments(torch::nn::Module& model);

}  // namespace covey::nn
