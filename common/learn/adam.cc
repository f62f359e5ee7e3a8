#include "common/learn/adam.h"

#include <cmath>

#include "common/learn/moments.h"

namespace covey::learn {

namespace {

constexpr double kAdamEpsilon = 1e-8;

class Adam final : public Optimizer {
 public:
  Adam(std::vector<torch::Tensor> parameters, const config::Training& training, bool decoupled)
      : moments_(std::move(parameters)),
        beta1_(training.beta1),
        beta2_(training.beta2),
        epsilon_(training.epsilon > 0 ? training.epsilon : kAdamEpsilon),
        weight_decay_(training.weight_decay),
        decoupled_(decoupled) {}

  void step(double rate, const curvature::ParameterVector&) override {
    const torch::NoGradGuard no_grad;
    moments_.begin_step();
    const auto steps = static_cast<double>(moments_.steps());
    const double first_share = 1 - std::pow(beta1_, steps);
    const double second_share = 1 - std::pow(beta2_, steps);
    for (std::size_t i = 0; i < moments_.size(); ++i) {
      torch::Tensor weight = moments_.parameter(i);
      torch::Tensor gradient = weight.grad();
      COVEY_CHECK(gradient.defined(), "parameter", i, "has no gradient");
      if (decoupled_) {
        weight.mul_(1 - rate * weight_decay_);
      } else if (weight_decay_ != 0) {
        gradient.add_(weight, weight_decay_);
      }
      moments_.first(i).mul_(beta1_).add_(gradient, 1 - beta1_);
      moments_.second(i).mul_(beta2_).addcmul_(gradient, gradient, 1 - beta2_);
      const torch::Tensor scale = (moments_.second(i) / second_share).sqrt_().add_(epsilon_);
      weight.addcdiv_(moments_.first(i), scale, -rate / first_share);
    }
  }

  void reset() override { moments_.reset(); }
  Values state() const override { return moments_.state(); }
  Status restore(Span<const float> state) override { return moments_.restore(state); }

 private:
  Moments moments_;
  double beta1_;
  double beta2_;
  double epsilon_;
  double weight_decay_;
  bool decoupled_;
};

}  // namespace

std::unique_ptr<Optimizer> make_adam(std::vector<torch::Tensor> parameters,
                                     const config::Training& training) {
  return std::make_unique<Adam>(std::move(parameters), training, false);
}

std::unique_ptr<Optimizer> make_adamw(std::vector<torch::Tensor> parameters,
                                      const config::Training& training) {
  return std::make_unique<Adam>(std::move(parameters), training, true);
}

}  // namespace covey::learn
