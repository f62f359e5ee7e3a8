#include "common/learn/proximal.h"

#include <gtest/gtest.h>

namespace covey::learn {
namespace {

TEST(Proximal, PullsBackInProportionToTheDistance) {
  torch::Tensor w = torch::tensor({1.0f, 2.0f}).requires_grad_(true);
  const Proximal proximal({w}, 0.5);
  w.mutable_grad() = torch::tensor({10.0f, 10.0f});
  proximal.add_to_gradients();
  EXPECT_TRUE(torch::equal(w.grad(), torch::tensor({10.0f, 10.0f}))) << "nothing at the received values";
  {
    const torch::NoGradGuard no_grad;
    w.add_(torch::tensor({2.0f, -4.0f}));
  }
  proximal.add_to_gradients();
  EXPECT_TRUE(torch::equal(w.grad(), torch::tensor({11.0f, 8.0f})));
}

TEST(Proximal, AddsItsOwnCurvature) {
  const torch::Tensor w = torch::tensor({1.0f, 2.0f}).requires_grad_(true);
  curvature::ParameterVector diagonal{torch::tensor({3.0f, -1.0f})};
  Proximal({w}, 0.5).add_to_curvature(diagonal);
  EXPECT_TRUE(torch::equal(diagonal[0], torch::tensor({3.5f, -0.5f})));
  Proximal({w}, 0).add_to_curvature(diagonal);
  EXPECT_TRUE(torch::equal(diagonal[0], torch::tensor({3.5f, -0.5f})));
}

TEST(Proximal, IsNothingForAMuOfZero) {
  torch::Tensor w = torch::tensor({1.0f}).requires_grad_(true);
  const Proximal proximal({w}, 0);
  proximal.add_to_gradients();  // not even gradients are needed
  EXPECT_FALSE(w.grad().defined());
}

}  // namespace
}  // namespace covey::learn
