#include "common/nn/init.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/base/image_shape.h"
#include "common/nn/model.h"

namespace covey::nn {
namespace {

std::shared_ptr<Model> resnet8(Norm norm, std::uint64_t seed) {
  return *make_model("resnet8", {ImageShape{3, 32, 32}, 10, norm}, seed);
}

bool same_values(const Model& a, const Model& b) {
  const auto left = a.parameters();
  const auto right = b.parameters();
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const auto& x, const auto& y) { return torch::equal(x, y); });
}

TEST(Init, IsAFunctionOfTheSeedAndNotOfTheGlobalGenerator) {
  const auto first = resnet8(Norm::kGroup, 7);
  torch::rand({1000});  // moves the process-wide generator
  EXPECT_TRUE(same_values(*first, *resnet8(Norm::kGroup, 7)));
  EXPECT_FALSE(same_values(*first, *resnet8(Norm::kGroup, 8)));
}

TEST(Init, DrawsByNameSoTheNormChangesNoWeight) {
  const auto group = resnet8(Norm::kGroup, 7)->named_parameters();
  const auto none = resnet8(Norm::kNone, 7)->named_parameters();
  for (const char* name : {"conv.weight", "stage2_block1.conv1.weight", "classifier.bias"}) {
    EXPECT_TRUE(torch::equal(group[name], none[name])) << name;
  }
}

TEST(Init, TensorsOfOneShapeDiffer) {
  const auto parameters = resnet8(Norm::kGroup, 7)->named_parameters();
  EXPECT_FALSE(
      torch::equal(parameters["stage1_block1.conv1.weight"], parameters["stage1_block1.conv2.weight"]));
}

TEST(Init, WeightsAndBiasesAreUniformWithinTheBoundOfTheirFanIn) {
  const auto parameters = resnet8(Norm::kNone, 7)->named_parameters();
  const double bound = 1 / std::sqrt(64 * 9);
  const torch::Tensor weight = parameters["stage3_block1.conv2.weight"].to(torch::kFloat64);
  const double n = static_cast<double>(weight.numel());
  EXPECT_LE(weight.abs().max().item<double>(), bound * (1 + 1e-6));
  EXPECT_NEAR(weight.mean().item<double>(), 0, 5 * bound / std::sqrt(3 * n));
  // Variance bound^2 / 3; that of a square is 4/45 bound^4.
  EXPECT_NEAR(weight.square().mean().item<double>(), bound * bound / 3,
              5 * bound * bound * std::sqrt(4 / 45.0 / n));
  EXPECT_LE(parameters["stage3_block1.conv2.bias"].abs().max().item<double>(), bound * (1 + 1e-6));
  EXPECT_GT(parameters["stage3_block1.conv2.bias"].abs().max().item<double>(), bound / 2);
}

TEST(Init, NormsStartAsTheIdentity) {
  const auto model = resnet8(Norm::kBatch, 7);
  for (auto& item : model->named_buffers()) item.value().fill_(5);
  for (auto& item : model->named_parameters()) item.value().detach().fill_(5);
  initialise(*model, 7);
  const auto parameters = model->named_parameters();
  const auto buffers = model->named_buffers();
  EXPECT_TRUE(torch::equal(parameters["norm.weight"], torch::ones({16})));
  EXPECT_TRUE(torch::equal(parameters["norm.bias"], torch::zeros({16})));
  EXPECT_TRUE(torch::equal(buffers["norm.running_mean"], torch::zeros({16})));
  EXPECT_TRUE(torch::equal(buffers["norm.running_var"], torch::ones({16})));
}

}  // namespace
}  // namespace covey::nn
