#include "common/calibration/activation_ranges.h"

#include <gtest/gtest.h>

#include "tests/common/calibration/support.h"

namespace covey::calibration {
namespace {

using testing::normal_images;
using testing::SmallModel;

TEST(ActivationRanges, AreThoseOfEveryLayersInput) {
  SmallModel model(nn::Norm::kGroup);
  const torch::Tensor images = normal_images(32, 0, 1, 1);
  const torch::Tensor before = model.forward(images);
  const auto ranges = activation_ranges(model, images, 100);
  ASSERT_EQ(ranges.size(), 2u);
  EXPECT_EQ(ranges[0].layer, "conv");
  EXPECT_FLOAT_EQ(static_cast<float>(ranges[0].low), images.min().item<float>());
  EXPECT_FLOAT_EQ(static_cast<float>(ranges[0].high), images.max().item<float>());
  EXPECT_EQ(ranges[1].layer, "linear");
  EXPECT_EQ(ranges[1].low, 0) << "behind a ReLU";
  EXPECT_GT(ranges[1].high, 1);
  EXPECT_TRUE(model.forward(images).equal(before)) << "the model multiplies as before";
}

TEST(ActivationRanges, APercentileCutsBothEnds) {
  SmallModel model(nn::Norm::kGroup);
  // 0, 1, ... 1151 in an order of their own.
  torch::Tensor images = torch::arange(1152, torch::kFloat32).flip(0).view({32, 1, 6, 6});
  const auto range = activation_ranges(model, images, 90)[0];
  EXPECT_NEAR(range.high, 0.9 * 1151, 1);
  EXPECT_EQ(range.low, 0) << "zero always has a code";
}

}  // namespace
}  // namespace covey::calibration
