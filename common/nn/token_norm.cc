#include "common/nn/token_norm.h"

#include "common/nn/power_norm.h"

namespace covey::nn {

namespace {

constexpr double kTokenEpsilon = 1e-5;
constexpr double kTokenMomentum = 0.1;

class PassOn final : public TokenNorm {
 public:
  torch::Tensor normalise(const torch::Tensor& x, const torch::Tensor&) override { return x; }
};

class LayerNorm final : public TokenNorm {
 public:
  explicit LayerNorm(std::int64_t width) : width_(width) {
    weight_ = register_parameter("weight", torch::ones({width}));
    bias_ = register_parameter("bias", torch::zeros({width}));
  }

  torch::Tensor normalise(const torch::Tensor& x, const torch::Tensor&) override {
    return torch::layer_norm(x, {width_}, weight_, bias_, kTokenEpsilon);
  }

 private:
  std::int64_t width_;
  torch::Tensor weight_;
  torch::Tensor bias_;
};

class BatchNorm final : public TokenNorm {
 public:
  explicit BatchNorm(std::int64_t width) {
    weight_ = register_parameter("weight", torch::ones({width}));
    bias_ = register_parameter("bias", torch::zeros({width}));
    running_mean_ = register_buffer("running_mean", torch::zeros({width}));
    running_var_ = register_buffer("running_var", torch::ones({width}));
  }

  torch::Tensor normalise(const torch::Tensor& x, const torch::Tensor& mask) override {
    return (is_training() ? by_batch(x, mask) : (x - running_mean_) / (running_var_ + kTokenEpsilon).sqrt()) *
               weight_ +
           bias_;
  }

 private:
  torch::Tensor by_batch(const torch::Tensor& x, const torch::Tensor& mask) {
    const torch::Tensor count = mask.sum();
    const torch::Tensor mean = (x * mask).sum(at::IntArrayRef{0, 1}) / count;
    const torch::Tensor centred = x - mean;
    const torch::Tensor variance = (centred.square() * mask).sum(at::IntArrayRef{0, 1}) / count;
    {
      const torch::NoGradGuard no_grad;
      running_mean_.lerp_(mean.detach(), kTokenMomentum);
      running_var_.lerp_(variance.detach() * (count / (count - 1).clamp_min(1)), kTokenMomentum);
    }
    return centred / (variance + kTokenEpsilon).sqrt();
  }

  torch::Tensor weight_;
  torch::Tensor bias_;
  torch::Tensor running_mean_;
  torch::Tensor running_var_;
};

}  // namespace

std::shared_ptr<TokenNorm> make_token_norm(Norm norm, std::int64_t width, std::int64_t heads) {
  switch (norm) {
    case Norm::kLayer:
      return std::make_shared<LayerNorm>(width);
    case Norm::kBatch:
      return std::make_shared<BatchNorm>(width);
    case Norm::kPower:
      return std::make_shared<PowerNorm>(PowerNormOptions{width, heads, PowerRule::kPaper});
    case Norm::kPowerPublished:
      return std::make_shared<PowerNorm>(PowerNormOptions{width, heads, PowerRule::kPublished});
    case Norm::kPowerV:
      return std::make_shared<PowerNorm>(PowerNormOptions{width, 0, PowerRule::kExact});
    case Norm::kNone:
      return std::make_shared<PassOn>();
    case Norm::kGroup:
      break;
  }
  COVEY_CHECK(false, "group norm is for images");
  return nullptr;
}

}  // namespace covey::nn
