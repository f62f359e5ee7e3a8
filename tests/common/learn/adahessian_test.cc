#include "common/learn/adahessian.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/curvature/block_mean.h"
#include "common/curvature/gradient_graph.h"
#include "tests/support/second_order.h"

namespace covey::learn {
namespace {

using covey::testing::golden_loss;
using covey::testing::initial_parameters;
using covey::testing::tensor_of;
using covey::testing::tensors_of;

config::Training adahessian_settings(double decay = 0) {
  config::Training training;
  training.weight_decay = decay;
  return training;
}

void expect_close(const torch::Tensor& a, const torch::Tensor& b, const std::string& what) {
  EXPECT_LE((a - b).abs().max().item<double>(), 1e-12) << what;
}

class AdaHessianGolden : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Recordings, AdaHessianGolden,
                         ::testing::Values("adahessian_mlp_k1", "adahessian_conv_k1_wd"),
                         [](const auto& instance) { return instance.param; });

TEST_P(AdaHessianGolden, TakesTheStepsOfTheReference) {
  const auto golden = covey::testing::second_order_golden(GetParam());
  const auto& names = golden.at("param_names");
  const auto parameters = initial_parameters(golden);
  config::Training settings = adahessian_settings(golden.at("hparams").at("weight_decay").get<double>());
  settings.epsilon = golden.at("hparams").at("eps").get<double>();
  const auto optimizer = make_adahessian(parameters, settings);
  const torch::Tensor x = tensor_of(golden.at("X"));
  const torch::Tensor y = tensor_of(golden.at("Y"));
  for (std::size_t step = 0; step < golden.at("steps").size(); ++step) {
    const auto& recorded = golden.at("steps").at(step);
    const auto batch = static_cast<std::int64_t>(step);
    const torch::Tensor loss = golden_loss(golden, parameters, x[batch], y[batch]);
    EXPECT_NEAR(loss.item<double>(), recorded.at("loss").get<double>(), 1e-12);
    const auto graph = *curvature::GradientGraph::make(loss, parameters);
    const auto gradient = graph.gradient();
    const auto z = tensors_of(recorded.at("z"), names);
    auto curvature = *graph.product(z, true);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      const std::string name = names.at(i);
      expect_close(gradient[i], tensor_of(recorded.at("grad").at(name)), name);
      curvature[i].mul_(z[i]);
      const torch::Tensor mean = curvature::block_mean(curvature[i].abs(), {});
      expect_close(mean, tensor_of(recorded.at("block_avg_abs_hz").at(name)), name);
      torch::Tensor parameter = parameters[i];
      parameter.mutable_grad() = gradient[i].clone();
    }
    optimizer->step(golden.at("hparams").at("lr").get<double>(), curvature);
    const auto after = tensors_of(recorded.at("params_after"), names);
    for (std::size_t i = 0; i < parameters.size(); ++i)
      expect_close(parameters[i].detach(), after[i], names.at(i));
  }
}

torch::Tensor parameter(double value) {
  return torch::full({1}, value, torch::kFloat64).requires_grad_();
}

/// A step with gradient g and curvature d (none: a step between two measurements).
void step(Optimizer& optimizer, torch::Tensor w, double g, std::optional<double> d) {
  w.mutable_grad() = torch::full({1}, g, torch::kFloat64);
  curvature::ParameterVector curvature;
  if (d) curvature.push_back(torch::full({1}, *d, torch::kFloat64));
  optimizer.step(0.1, curvature);
}

// Bias correction counts the measurements: with equal curvature c the root is c after every step.
TEST(AdaHessian, MeasuresInEveryThirdStep) {
  config::Training settings = adahessian_settings();
  settings.hessian_period = 3;
  settings.beta1 = 0;
  const torch::Tensor w = parameter(1);
  const auto optimizer = make_adahessian({w}, settings);
  double expected = 1;
  for (int i = 0; i < 7; ++i) {
    EXPECT_EQ(optimizer->needs_curvature(), i % 3 == 0) << i;
    step(*optimizer, w, 0.5, i % 3 == 0 ? std::optional<double>(-2) : std::nullopt);
    expected -= 0.1 * 0.5 / (2 + 1e-4);
    EXPECT_NEAR(w.item<double>(), expected, 1e-12) << i;
  }
}

TEST(AdaHessian, PowerLiesBetweenMomentumAndTheFullMethod) {
  for (const double power : {0.0, 0.5, 1.0}) {
    config::Training settings = adahessian_settings();
    settings.hessian_power = power;
    const torch::Tensor w = parameter(1);
    step(*make_adahessian({w}, settings), w, 0.5, 4);
    EXPECT_NEAR(w.item<double>(), 1 - 0.1 * 0.5 / (std::pow(4, power) + 1e-4), 1e-12);
  }
}

TEST(AdaHessian, DecaysWeightsBesideTheStep) {
  const torch::Tensor w = parameter(2);
  step(*make_adahessian({w}, adahessian_settings(0.5)), w, 0, 1);
  EXPECT_NEAR(w.item<double>(), 2 * (1 - 0.1 * 0.5), 1e-12);
}

TEST(AdaHessian, AveragesAbsoluteOrSignedValues) {
  for (const bool is_signed : {false, true}) {
    config::Training settings = adahessian_settings();
    settings.hessian_average = "block";
    settings.hessian_block = 2;
    if (is_signed) settings.hessian_sign = "signed";
    const torch::Tensor w = torch::ones({2}, torch::kFloat64).requires_grad_();
    torch::Tensor gradient = torch::ones({2}, torch::kFloat64);
    w.mutable_grad() = gradient;
    make_adahessian({w}, settings)->step(0.1, {torch::tensor({3.0, -1.0}, torch::kFloat64)});
    const double mean = is_signed ? 1 : 2;
    EXPECT_NEAR(w[0].item<double>(), 1 - 0.1 / (mean + 1e-4), 1e-12);
    EXPECT_NEAR(w[1].item<double>(), 1 - 0.1 / (mean + 1e-4), 1e-12);
  }
}

TEST(AdaHessian, GoesOnFromAStoredStateAsIfNeverStopped) {
  config::Training settings = adahessian_settings(0.1);
  settings.hessian_period = 2;
  const auto run = [&](bool interrupted) {
    const torch::Tensor w = torch::ones({3}).requires_grad_();
    auto optimizer = make_adahessian({w}, settings);
    for (int i = 0; i < 5; ++i) {
      if (interrupted && i == 3) {
        const Values state = optimizer->state();
        EXPECT_EQ(state.size(), 7u);
        optimizer = make_adahessian({w}, settings);
        EXPECT_TRUE(optimizer->restore(state).ok());
      }
      torch::Tensor moved = w;
      moved.mutable_grad() = w.detach() * 0.3f + static_cast<float>(i);
      curvature::ParameterVector curvature;
      if (optimizer->needs_curvature()) curvature.push_back(torch::full({3}, 1.0f + static_cast<float>(i)));
      optimizer->step(0.1, curvature);
    }
    return w.detach();
  };
  EXPECT_TRUE(run(true).equal(run(false)));
}

TEST(AdaHessian, RefusesTheStateOfAnotherModel) {
  const auto optimizer = make_adahessian({torch::ones({3}).requires_grad_()}, adahessian_settings());
  EXPECT_EQ(optimizer->restore(Values(6, 0.0f)).code(), Code::kCorrupt);
  EXPECT_EQ(optimizer->restore(Values(7, -1.0f)).code(), Code::kCorrupt) << "no number of steps";
  EXPECT_TRUE(optimizer->restore({}).ok());
  EXPECT_TRUE(optimizer->state().empty());
}

}  // namespace
}  // namespace covey::learn
