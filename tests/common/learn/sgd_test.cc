#include "common/learn/sgd.h"

#include <gtest/gtest.h>
#include <torch/optim/sgd.h>

namespace covey::learn {
namespace {

config::Training sgd_settings(double momentum, bool nesterov, double decay) {
  config::Training training;
  training.momentum = momentum;
  training.nesterov = nesterov;
  training.weight_decay = decay;
  return training;
}

void set_gradient(torch::Tensor parameter, const torch::Tensor& gradient) {
  parameter.mutable_grad() = gradient.clone();
}

torch::Tensor parameter(std::vector<float> values) {
  return torch::tensor(values).requires_grad_(true);
}

TEST(Sgd, TakesThreeNesterovStepsAsWorkedOutByHand) {
  const torch::Tensor w = parameter({1});
  const auto sgd = make_sgd({w}, sgd_settings(0.9, true, 0.1));
  const double gradients[] = {1, 2, -1};
  // g = 1.1, v = 1.1; g = 2.0791, v = 3.0691; g = -.9693129, v = 1.7928771.
  const double expected[] = {0.791, 0.306871, 0.242443351};
  for (int i = 0; i < 3; ++i) {
    set_gradient(w, torch::full({1}, gradients[i]));
    sgd->step(0.1, {});
    EXPECT_NEAR(w.item<float>(), expected[i], 1e-6);
  }
  EXPECT_NEAR(sgd->state().at(0), 1.7928771, 1e-6);
}

TEST(Sgd, EqualsThatOfLibTorchBitForBit) {
  for (const bool nesterov : {true, false}) {
    const torch::Tensor start = torch::sin(torch::arange(50, torch::kFloat32)).view({5, 10});
    torch::Tensor ours = start.clone().requires_grad_(true);
    torch::Tensor theirs = start.clone().requires_grad_(true);
    const auto sgd = make_sgd({ours}, sgd_settings(0.9, nesterov, 1e-2));
    torch::optim::SGD reference(
        {theirs}, torch::optim::SGDOptions(0.1).momentum(0.9).nesterov(nesterov).weight_decay(1e-2));
    for (int i = 0; i < 5; ++i) {
      const torch::Tensor gradient = torch::cos(start * (i + 1));
      const double rate = 0.1 / (i + 1);
      set_gradient(ours, gradient);
      set_gradient(theirs, gradient);
      static_cast<torch::optim::SGDOptions&>(reference.param_groups()[0].options()).lr(rate);
      sgd->step(rate, {});
      reference.step();
      EXPECT_TRUE(torch::equal(ours, theirs)) << i;
    }
  }
}

TEST(Sgd, AZeroGradientStillDecaysTheWeights) {
  const torch::Tensor w = parameter({2});
  const auto sgd = make_sgd({w}, sgd_settings(0, false, 0.5));
  set_gradient(w, torch::zeros({1}));
  sgd->step(0.1, {});
  EXPECT_FLOAT_EQ(w.item<float>(), 1.9f);
  EXPECT_TRUE(sgd->state().empty()) << "without momentum there is no state";
}

TEST(Sgd, GoesOnFromAStoredStateAsIfNeverStopped) {
  const auto run = [](bool interrupted) {
    const torch::Tensor a = parameter({1, 2});
    const torch::Tensor b = parameter({3});
    auto sgd = make_sgd({a, b}, sgd_settings(0.9, true, 0.1));
    for (int i = 0; i < 4; ++i) {
      if (interrupted && i == 2) {
        const Values state = sgd->state();
        EXPECT_EQ(state.size(), 3u);
        sgd = make_sgd({a, b}, sgd_settings(0.9, true, 0.1));
        EXPECT_TRUE(sgd->restore(state).ok());
      }
      set_gradient(a, torch::tensor({0.5f, -0.25f}) * (i + 1));
      set_gradient(b, torch::tensor({1.5f}));
      sgd->step(0.1, {});
    }
    return torch::cat({a, b}).detach();
  };
  EXPECT_TRUE(torch::equal(run(true), run(false)));
}

TEST(Sgd, RestoreForgetsWhatWasThereBefore) {
  const torch::Tensor w = parameter({1});
  const auto sgd = make_sgd({w}, sgd_settings(0.9, true, 0));
  set_gradient(w, torch::ones({1}));
  sgd->step(0.1, {});
  EXPECT_TRUE(sgd->restore({}).ok());
  EXPECT_TRUE(sgd->state().empty());
  const Status refused = sgd->restore(Values{1, 2});
  EXPECT_EQ(refused.code(), Code::kCorrupt);
  EXPECT_EQ(refused.message(), "optimiser state has 2 values, this model needs 1");
}

}  // namespace
}  // namespace covey::learn
