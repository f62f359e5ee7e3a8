#include "common/learn/adam.h"

#include <gtest/gtest.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>

namespace covey::learn {
namespace {

template <typename Reference, typename Options>
void expect_steps_of(const Options& options, OptimizerMaker make) {
  const torch::Tensor start = torch::sin(torch::arange(50, torch::kFloat32)).view({5, 10});
  torch::Tensor ours = start.clone().requires_grad_();
  torch::Tensor theirs = start.clone().requires_grad_();
  config::Training training;
  training.weight_decay = 0.1;
  auto optimizer = make({ours}, training);
  Reference reference({theirs}, options);
  for (int i = 0; i < 6; ++i) {
    const torch::Tensor gradient = torch::cos(start * (i + 1));
    ours.mutable_grad() = gradient.clone();
    theirs.mutable_grad() = gradient.clone();
    if (i == 3) {
      const Values state = optimizer->state();
      optimizer = make({ours}, training);
      ASSERT_TRUE(optimizer->restore(state).ok());
    }
    optimizer->step(0.01, {});
    reference.step();
    EXPECT_TRUE(torch::allclose(ours, theirs, 1e-6, 1e-7)) << i;
  }
  EXPECT_FALSE(torch::allclose(ours, start, 1e-2, 1e-2));
}

TEST(Adam, TakesTheStepsOfLibTorchAlsoFromAStoredState) {
  expect_steps_of<torch::optim::Adam>(torch::optim::AdamOptions(0.01).weight_decay(0.1), make_adam);
}

TEST(AdamW, TakesTheStepsOfLibTorchAlsoFromAStoredState) {
  expect_steps_of<torch::optim::AdamW>(torch::optim::AdamWOptions(0.01).weight_decay(0.1), make_adamw);
}

}  // namespace
}  // namespace covey::learn
