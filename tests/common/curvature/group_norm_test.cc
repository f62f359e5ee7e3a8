#include "common/curvature/group_norm.h"

#include <gtest/gtest.h>

#include <torch/csrc/autograd/autograd.h>

#include "common/curvature/gradient_graph.h"
#include "common/curvature/probes.h"
#include "tests/common/curvature/close.h"

namespace covey::curvature {
namespace {

constexpr double kEpsilon = 1e-5;

torch::Tensor normed(const torch::Tensor& x, std::int64_t groups, const torch::Tensor& w,
                     const torch::Tensor& b, bool ours) {
  return ours ? GroupNorm().apply(x, groups, w, b, kEpsilon) : torch::group_norm(x, groups, w, b, kEpsilon);
}

/// x, weight and bias.
ParameterVector parameters() {
  torch::manual_seed(7);
  ParameterVector p{torch::randn({3, 6, 4, 5}, torch::kFloat64), torch::randn({6}, torch::kFloat64),
                    torch::randn({6}, torch::kFloat64)};
  for (auto& tensor : p) tensor.requires_grad_();
  return p;
}

torch::Tensor loss_of(const ParameterVector& p, std::int64_t groups, bool ours) {
  return torch::tanh(normed(p[0], groups, p[1], p[2], ours)).pow(3).mean();
}

TEST(GroupNorm, HasTheDerivativesOfLibTorch) {
  for (const std::int64_t groups : {1, 2, 3, 6}) {
    const ParameterVector p = parameters();
    const ParameterVector v = gaussian(p, Stream(1, {}), 0);
    const auto ours = *GradientGraph::make(loss_of(p, groups, true), p);
    const auto theirs = *GradientGraph::make(loss_of(p, groups, false), p);
    testing::expect_close(ours.gradient(), theirs.gradient());
    testing::expect_close(*ours.product(v), *theirs.product(v));
  }
}

TEST(GroupNorm, HasTheBlocksOfEveryParameter) {
  for (std::size_t block = 0; block < 3; ++block) {
    const ParameterVector p = parameters();
    const ParameterVector one{p[block]};
    const ParameterVector v = gaussian(one, Stream(1, {}), 0);
    const auto ours = *GradientGraph::make(loss_of(p, 2, true), one);
    const auto theirs = *GradientGraph::make(loss_of(p, 2, false), one);
    testing::expect_close(*ours.product(v), *theirs.product(v));
  }
}

TEST(GroupNorm, HasTheSameBitsForwardsAndBackwards) {
  torch::manual_seed(8);
  const torch::Tensor x = torch::randn({3, 6, 4, 5}).requires_grad_();
  const torch::Tensor w = torch::randn({6}).requires_grad_();
  const torch::Tensor b = torch::randn({6}).requires_grad_();
  std::vector<ParameterVector> outcomes;
  for (const bool ours : {true, false}) {
    const torch::Tensor y = normed(x, 3, w, b, ours);
    ParameterVector outcome = torch::autograd::grad({y.square().sum()}, {x, w, b});
    outcome.push_back(y.detach());
    outcomes.push_back(outcome);
  }
  for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(outcomes[0][i].equal(outcomes[1][i])) << i;
}

}  // namespace
}  // namespace covey::curvature
