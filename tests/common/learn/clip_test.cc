#include "common/learn/clip.h"

#include <gtest/gtest.h>

#include <cmath>

namespace covey::learn {
namespace {

std::vector<torch::Tensor> with_gradients(std::vector<std::vector<float>> gradients) {
  std::vector<torch::Tensor> parameters;
  for (const auto& gradient : gradients) {
    const torch::Tensor g = torch::tensor(gradient);
    torch::Tensor parameter = torch::zeros_like(g).requires_grad_(true);
    parameter.mutable_grad() = g;
    parameters.push_back(parameter);
  }
  return parameters;
}

TEST(ClipGradients, ScalesTheJointNormDownToTheLimit) {
  const auto parameters = with_gradients({{3, 0}, {0, -4}});
  clip_gradients(parameters, 1);
  EXPECT_TRUE(torch::allclose(parameters[0].grad(), torch::tensor({0.6f, 0.0f})));
  EXPECT_TRUE(torch::allclose(parameters[1].grad(), torch::tensor({0.0f, -0.8f})));
}

TEST(ClipGradients, LeavesShortOnesBitForBit) {
  for (const double limit : {5.0, 7.0}) {
    const auto parameters = with_gradients({{3, 0}, {0, -4}});
    clip_gradients(parameters, limit);
    EXPECT_TRUE(torch::equal(parameters[0].grad(), torch::tensor({3.0f, 0.0f})));
    EXPECT_TRUE(torch::equal(parameters[1].grad(), torch::tensor({0.0f, -4.0f})));
  }
  const auto none = with_gradients({{0, 0}});
  clip_gradients(none, 1);
  EXPECT_TRUE(torch::equal(none[0].grad(), torch::zeros({2})));
}

TEST(ClipGradients, HidesNoDivergence) {
  for (const float broken : {NAN, INFINITY}) {
    const auto parameters = with_gradients({{1, broken}});
    clip_gradients(parameters, 1);
    EXPECT_FALSE(torch::isfinite(parameters[0].grad()).all().item<bool>()) << broken;
  }
}

}  // namespace
}  // namespace covey::learn
