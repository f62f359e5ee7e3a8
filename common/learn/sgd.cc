#include "common/learn/sgd.h"

#include <cstring>
#include <numeric>

namespace covey::learn {

namespace {

class Sgd final : public Optimizer {
 public:
  Sgd(std::vector<torch::Tensor> parameters, const config::Training& training)
      : parameters_(std::move(parameters)),
        momentum_(training.momentum),
        nesterov_(training.nesterov),
        weight_decay_(training.weight_decay) {}

  void step(double rate) override {
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
    if (!velocity_.empty()) flat.reserve(value_count());
    for (const auto& velocity : velocity_) {
      const torch::Tensor cpu = velocity.to(torch::kCPU).contiguous();
      flat.insert(flat.end(), cpu.data_ptr<float>(), cpu.data_ptr<float>() + cpu.numel());
    }
    return flat;
  }

  Status restore(Span<const float> state) override {
    velocity_.clear();
    if (state.empty()) return ok_status();
    const std::size_t needed = value_count();
    if (state.size() != needed) {
      return corrupt("optimiser state has " + std::to_string(state.size()) + " values, this model needs " +
                     std::to_string(needed));
    }
    std::size_t offset = 0;
    for (const auto& parameter : parameters_) {
      const auto count = static_cast<std::size_t>(parameter.numel());
      torch::Tensor velocity = torch::empty(parameter.sizes(), torch::kFloat32);
      std::memcpy(velocity.data_ptr<float>(), state.data() + offset, count * sizeof(float));
      velocity_.push_back(velocity.to(parameter.device()));
      offset += count;
    }
    return ok_status();
  }

 private:
  std::size_t value_count() const {
    return std::accumulate(
        parameters_.begin(), parameters_.end(), std::size_t{0},
        [](std::size_t sum, const torch::Tensor& p) { return sum + static_cast<std::size_t>(p.numel()); });
  }

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

const Registry<OptimizerMaker>& optimizer_registry() {
  static const Registry<OptimizerMaker> registry = [] {
    Registry<OptimizerMaker> r("optimizer");
    r.add("sgd", make_sgd);
    return r;
  }();
  return registry;
}

}  // namespace covey::learn
