#include "common/nn/norm.h"

#include "common/base/registry.h"

namespace covey::nn {

namespace {

constexpr double kEpsilon = 1e-5;
constexpr double kMomentum = 0.1;
constexpr double kCountMax = 1000;  // more say no more, and large values look like divergence

void move_towards(const ChannelMoments& batch, torch::Tensor& mean, torch::Tensor& square) {
  mean.lerp_(batch.mean, kMomentum);
  square.lerp_(batch.square, kMomentum);
}

}  // namespace

Result<Norm> parse_norm(const std::string& name) {
  static const auto norms = Registry<Norm>("norm")
                                .add("group", Norm::kGroup)
                                .add("batch", Norm::kBatch)
                                .add("layer", Norm::kLayer)
                                .add("power", Norm::kPower)
                                .add("power-v", Norm::kPowerV)
                                .add("power-published", Norm::kPowerPublished)
                                .add("none", Norm::kNone);
  return norms.find(name);
}

ChannelMoments image_moments(const torch::Tensor& x) {
  return {x.mean({2, 3}), x.square().mean({2, 3})};
}

NormLayerImpl::NormLayerImpl(Norm norm, std::int64_t channels, std::int64_t groups, std::int64_t uses)
    : norm_(norm), groups_(groups), uses_(uses) {
  COVEY_CHECK(uses >= 1, uses);
  COVEY_CHECK(norm == Norm::kGroup || norm == Norm::kBatch || norm == Norm::kNone, "is of transformers");
  if (norm == Norm::kNone) return;
  COVEY_CHECK(groups >= 1 && channels % groups == 0, channels, groups);
  weight_ = register_parameter("weight", torch::ones({channels}));
  bias_ = register_parameter("bias", torch::zeros({channels}));
  if (norm == Norm::kGroup) return;
  const auto shape =
      uses == 1 ? std::vector<std::int64_t>{channels} : std::vector<std::int64_t>{uses, channels};
  running_mean_ = register_buffer("running_mean", torch::zeros(shape));
  running_var_ = register_buffer("running_var", torch::ones(shape));
}

void NormLayerImpl::track_moments() {
  if (norm_ != Norm::kGroup || moments_count_.defined()) return;
  input_mean_ = register_buffer("input_mean", torch::zeros_like(weight_.detach()));
  input_square_ = register_buffer("input_square", torch::ones_like(weight_.detach()));
  output_mean_ = register_buffer("output_mean", torch::zeros_like(weight_.detach()));
  output_square_ = register_buffer("output_square", torch::ones_like(weight_.detach()));
  moments_count_ = register_buffer("moments_count", torch::zeros({1}));
}

void NormLayerImpl::update_moments(const torch::Tensor& x) {
  const torch::NoGradGuard no_grad;
  const ChannelMoments images = image_moments(x);
  move_towards(images.of_batch(), input_mean_, input_square_);
  move_towards(normalised(images).of_batch(), output_mean_, output_square_);
  moments_count_.add_(1).clamp_max_(kCountMax);
}

ChannelMoments NormLayerImpl::normalised(const ChannelMoments& images) const {
  const std::int64_t count = images.mean.size(0);
  const std::int64_t channels = images.mean.size(1);
  const auto of_groups =
      [&](const torch::Tensor& values) {  // the mean over a group, for each of its channels
        return values.view({count, groups_, -1})
            .mean(2, true)
            .expand({count, groups_, channels / groups_})
            .reshape({count, channels});
      };
  const torch::Tensor mean = of_groups(images.mean);
  const torch::Tensor variance = (of_groups(images.square) - mean.square()).clamp_min(0) + kEpsilon;
  return {(images.mean - mean) / variance.sqrt(),
          (images.square - 2 * mean * images.mean + mean.square()) / variance};
}

torch::Tensor NormLayerImpl::of_use(const torch::Tensor& buffer, std::int64_t use) const {
  return uses_ == 1 ? buffer : buffer.select(0, use);
}

ChannelMoments NormLayerImpl::input_moments(std::int64_t use) const {
  if (norm_ != Norm::kBatch) return {input_mean_, input_square_};
  const torch::Tensor mean = of_use(running_mean_, use);
  return {mean, of_use(running_var_, use) + mean.square()};
}

double NormLayerImpl::moments_count() const {
  return moments_count_.defined() ? moments_count_.item<double>() : 0;
}

torch::Tensor NormLayerImpl::forward(const torch::Tensor& x, std::int64_t use) {
  COVEY_CHECK(use >= 0 && use < uses_, use, uses_);
  if (observer_ != nullptr) observer_->on_norm(*this, x, use);
  if (moments_count_.defined() && is_training()) update_moments(x.detach());
  switch (norm_) {
    case Norm::kGroup:
      if (function_) return function_->apply(x, groups_, weight_, bias_, kEpsilon);
      return torch::group_norm(x, groups_, weight_, bias_, kEpsilon);
    case Norm::kBatch:
      return torch::batch_norm(x, weight_, bias_, of_use(running_mean_, use), of_use(running_var_, use),
                               is_training(), kMomentum, kEpsilon, at::globalContext().userEnabledCuDNN());
    default:
      return x;
  }
}

void track_moments(torch::nn::Module& model) {
  for (const auto& module : model.modules(false)) {
    if (auto* layer = dynamic_cast<NormLayerImpl*>(module.get())) layer->track_moments();
  }
}

}  // namespace covey::nn
