#include "common/learn/adahessian.h"

#include <cmath>

#include "common/curvature/block_mean.h"
#include "common/learn/moments.h"

namespace covey::learn {

namespace {

constexpr double kAdaHessianEpsilon = 1e-4;

class AdaHessian final : public Optimizer {
 public:
  AdaHessian(std::vector<torch::Tensor> parameters, const config::Training& training)
      : moments_(std::move(parameters)),
        blocks_(*curvature::parse_blocks(training.hessian_average, training.hessian_block)),
        is_signed_(training.hessian_sign == "signed"),
        period_(training.hessian_period),
        power_(training.hessian_power),
        beta1_(training.beta1),
        beta2_(training.beta2),
        epsilon_(training.epsilon > 0 ? training.epsilon : kAdaHessianEpsilon),
        weight_decay_(training.weight_decay) {}

  bool needs_curvature() const override { return moments_.steps() % period_ == 0; }

  void step(double rate, const curvature::ParameterVector& curvature) override {
    const torch::NoGradGuard no_grad;
    COVEY_CHECK(needs_curvature() == !curvature.empty(), "curvature comes with the steps that need it");
    moments_.begin_step();
    const std::int64_t updates = (moments_.steps() + period_ - 1) / period_;
    const double first_share = 1 - std::pow(beta1_, static_cast<double>(moments_.steps()));
    const double second_share = 1 - std::pow(beta2_, static_cast<double>(updates));
    for (std::size_t i = 0; i < moments_.size(); ++i) {
      if (!curvature.empty()) take_curvature(i, curvature[i]);
      step_one(i, rate, first_share, second_share);
    }
  }

  void reset() override { moments_.reset(); }
  Values state() const override { return moments_.state(); }
  Status restore(Span<const float> state) override { return moments_.restore(state); }

 private:
  void take_curvature(std::size_t i, const torch::Tensor& curvature) {
    const torch::Tensor mean = curvature::block_mean(is_signed_ ? curvature : curvature.abs(), blocks_);
    moments_.second(i).mul_(beta2_).addcmul_(mean, mean, 1 - beta2_);
  }

  void step_one(std::size_t i, double rate, double first_share, double second_share) {
    torch::Tensor weight = moments_.parameter(i);
    const torch::Tensor gradient = weight.grad();
    COVEY_CHECK(gradient.defined(), "parameter", i, "has no gradient");
    moments_.first(i).mul_(beta1_).add_(gradient, 1 - beta1_);
    torch::Tensor scale = (moments_.second(i) / second_share).sqrt_();
    if (power_ != 1) scale.pow_(power_);
    scale.add_(epsilon_);
    if (weight_decay_ != 0) weight.mul_(1 - rate * weight_decay_);
    weight.addcdiv_(moments_.first(i), scale, -rate / first_share);
  }

  Moments moments_;
  curvature::Blocks blocks_;
  bool is_signed_;
  std::int64_t period_;
  double power_;
  double beta1_;
  double beta2_;
  double epsilon_;
  double weight_decay_;
};

}  // namespace

std::unique_ptr<Optimizer> make_adahessian(std::vector<torch::Tensor> parameters,
                                           const config::Training& training) {
  return std::make_unique<AdaHessian>(std::move(parameters), training);
}

}  // namespace covey::learn
