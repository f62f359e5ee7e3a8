#include "common/learn/sgd.h"

#include "common/learn/flat_state.h"

namespace covey::learn {

namespace {

class Sgd final : public Optimizer {
 public:
  Sgd(std::vector<torch::Tensor> parameters, const config::Training& training)
      : parameters_(std::move(parameters)),
        momentum_(training.momentum),
        nesterov_(training.nesterov),
        weight_decay_(training.weight_decay) {}

  void step(double rate, const curvature::ParameterVector&) override {
    const torch::NoGradGuard no_grad;
    const bool first = velocity_.empty();
    if (first && momentum_ > 0) {
      for (const auto& parameter : parameters_) velocity_.push_back(torch::empty_like(parameter));
    }
    for (std::size_t i = 0; i < parameters_.size(); ++i) step_one(i, rate, first);
  }

  void reset() override { velocity_.clear(); }

  Values state() const override {
    Values flat;
    if (!velocity_.empty()) flat.reserve(value_count(parameters_));
    append_values(velocity_, flat);
    return flat;
  }

  Status restore(Span<const float> state) override {
    velocity_.clear();
    if (state.empty()) return ok_status();
    COVEY_RETURN_IF_ERROR(check_state_size(state, value_count(parameters_)));
    std::size_t offset = 0;
    velocity_ = take_tensors(state, offset, parameters_);
    return ok_status();
  }

 private:
  void step_one(std::size_t i, double rate, bool first) {
    torch::Tensor weight = parameters_[i];
    torch::Tensor gradient = weight.grad();
    COVEY_CHECK(gradient.defined(), "parameter", i, "has no gradient");
    if (weight_decay_ != 0) gradient.add_(weight, weight_decay_);
    if (momentum_ > 0) {
      torch::Tensor& velocity = velocity_[i];
      if (first) {
        velocity.copy_(gradient);
      } else {
        velocity.mul_(momentum_).add_(gradient);
      }
      if (nesterov_) {
        gradient.add_(velocity, momentum_);
      } else {
        gradient = velocity;
      }
    }
    weight.add_(gradient, -rate);
  }

  std::vector<torch::Tensor> parameters_;
  std::vector<torch::Tensor> velocity_;
  double momentum_;
  bool nesterov_;
  double weight_decay_;
};

}  // namespace

std::unique_ptr<Optimizer> make_sgd(std::vector<torch::Tensor> parameters, const config::Training& training) {
  return std::make_unique<Sgd>(std::move(parameters), training);
}

}  // namespace covey::learn
