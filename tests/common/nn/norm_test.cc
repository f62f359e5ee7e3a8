// The layer is held to LibTorch's own norm modules; running statistics also to numbers worked out by hand.
#include "common/nn/norm.h"

#include <gtest/gtest.h>

namespace covey::nn {
namespace {

torch::Tensor images() {
  return torch::sin(torch::arange(2 * 4 * 3 * 3, torch::kFloat32)).view({2, 4, 3, 3}) * 2 + 0.5;
}

TEST(Norm, ParsesItsNamesOnly) {
  EXPECT_EQ(*parse_norm("group"), Norm::kGroup);
  EXPECT_EQ(*parse_norm("batch"), Norm::kBatch);
  EXPECT_EQ(*parse_norm("none"), Norm::kNone);
  EXPECT_EQ(*parse_norm("power-v"), Norm::kPowerV);
  EXPECT_EQ(parse_norm("instance").status().message(),
            "unknown norm 'instance'; known: batch, group, layer, none, power, power-published, power-v");
}

TEST(Norm, GroupEqualsTheModuleOfLibTorch) {
  NormLayer layer(Norm::kGroup, 4, 2);
  torch::nn::GroupNorm reference(torch::nn::GroupNormOptions(2, 4));
  EXPECT_TRUE(torch::equal(layer(images()), reference(images())));
  EXPECT_TRUE(layer->buffers().empty());
}

TEST(Norm, BatchEqualsTheModuleOfLibTorchInBothModes) {
  NormLayer layer(Norm::kBatch, 4, 1);
  torch::nn::BatchNorm2d reference(torch::nn::BatchNorm2dOptions(4));
  for (int step = 0; step < 3; ++step) {
    EXPECT_TRUE(torch::equal(layer(images() * (step + 1)), reference(images() * (step + 1))));
  }
  layer->eval();
  reference->eval();
  EXPECT_TRUE(torch::equal(layer(images()), reference(images())));
}

TEST(Norm, BatchMovesItsBuffersByATenth) {
  NormLayer layer(Norm::kBatch, 1, 1);
  layer(torch::tensor({1.0f, 3.0f, 5.0f, 7.0f}).view({4, 1, 1, 1}));
  const auto buffers = layer->named_buffers();
  EXPECT_EQ(buffers.size(), 2u);
  EXPECT_FLOAT_EQ(buffers["running_mean"].item<float>(), 0.4f);
  EXPECT_FLOAT_EQ(buffers["running_var"].item<float>(), 0.9f + 0.1f * 20 / 3);  // unbiased: 20 over 4 - 1
}

TEST(Norm, EvalModeLeavesTheBuffersAlone) {
  NormLayer layer(Norm::kBatch, 4, 1);
  layer->eval();
  layer(images());
  EXPECT_TRUE(torch::equal(layer->named_buffers()["running_mean"], torch::zeros({4})));
}

TEST(Norm, TrackedMomentsMoveByATenthAndChangeNoOutput) {
  NormLayer layer(Norm::kGroup, 4, 2);
  const torch::Tensor plain = layer(images());
  layer->track_moments();
  EXPECT_TRUE(torch::equal(layer(images()), plain));
  const torch::Tensor x = images();
  const torch::Tensor y = torch::group_norm(x, 2);
  EXPECT_TRUE(torch::allclose(layer->input_moments().mean, 0.1 * x.mean({0, 2, 3})));
  EXPECT_TRUE(torch::allclose(layer->input_moments().square, 0.9 + 0.1 * x.square().mean({0, 2, 3})));
  EXPECT_TRUE(torch::allclose(layer->output_moments().mean, 0.1 * y.mean({0, 2, 3}), 1e-4, 1e-6));
  EXPECT_TRUE(torch::allclose(layer->output_moments().square, 0.9 + 0.1 * y.square().mean({0, 2, 3})));
  EXPECT_EQ(layer->moments_count(), 1);
  layer->eval();
  layer(images());
  EXPECT_EQ(layer->moments_count(), 1) << "eval mode leaves them alone";
}

TEST(Norm, BatchNormRemembersItsInputAnyway) {
  NormLayer layer(Norm::kBatch, 1, 1);
  layer->track_moments();
  EXPECT_EQ(layer->buffers().size(), 2u);
  layer(torch::tensor({1.0f, 3.0f, 5.0f, 7.0f}).view({4, 1, 1, 1}));
  EXPECT_FLOAT_EQ(layer->input_moments().mean.item<float>(), 0.4f);
  EXPECT_FLOAT_EQ(layer->input_moments().square.item<float>(), 0.9f + 2.0f / 3 + 0.16f);
}

TEST(Norm, NoneHasNoTensorsAndChangesNothing) {
  NormLayer layer(Norm::kNone, 4, 32);
  EXPECT_TRUE(torch::equal(layer(images()), images()));
  EXPECT_TRUE(layer->parameters().empty());
}

}  // namespace
}  // namespace covey::nn
