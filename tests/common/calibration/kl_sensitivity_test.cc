#include "common/calibration/kl_sensitivity.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/nn/state.h"
#include "common/quant/container.h"
#include "common/quant/registry.h"
#include "tests/common/calibration/support.h"

namespace covey::calibration {
namespace {

using testing::normal_images;
using testing::SmallModel;

Values read(const SmallModel& model, const Layout& layout) {
  return nn::read_values(model, layout);
}

TEST(KlSensitivity, FallsWithTheWidthAndCostsItsBits) {
  SmallModel model(nn::Norm::kGroup);
  const Layout layout = nn::layout_of(model);
  const Values values = read(model, layout);
  const auto layers = kl_sensitivities(model, layout, values, normal_images(32, 0, 1, 1), "sym", {2, 4, 8});
  ASSERT_TRUE(layers.ok()) << layers.status().message();
  ASSERT_EQ(layers->size(), 1u) << "the convolution has too few values to be quantised";
  const plan::LayerSensitivity& linear = layers->front();
  EXPECT_EQ(linear.name, "linear.weight");
  EXPECT_EQ(linear.values, 432u);
  ASSERT_EQ(linear.choices.size(), 3u);
  EXPECT_EQ(linear.choices[1].bits, 4);
  EXPECT_EQ(linear.choices[1].cost, 4 * 432);
  EXPECT_GT(linear.choices[0].sensitivity, 4 * linear.choices[1].sensitivity);
  EXPECT_GT(linear.choices[1].sensitivity, 16 * linear.choices[2].sensitivity);
  EXPECT_EQ(read(model, layout), values) << "the model is what it was";
}

TEST(KlSensitivity, IsTheDivergenceOfTheAnswers) {
  SmallModel model(nn::Norm::kGroup);
  const Layout layout = nn::layout_of(model);
  const Values values = read(model, layout);
  const torch::Tensor images = normal_images(8, 0, 1, 1);
  const auto layers = *kl_sensitivities(model, layout, values, images, "ptq", {3});

  const auto codec = *quant::make_codec("ptq", {3});
  const Values rounded = *quant::rounded(*codec, layout, values);  // rounds the only such tensor
  const torch::NoGradGuard no_grad;
  const torch::Tensor p = torch::softmax(model.forward(images), 1).to(torch::kFloat64);
  nn::write_values(model, layout, rounded);
  const torch::Tensor q = torch::softmax(model.forward(images), 1).to(torch::kFloat64);
  const double expected = (p * (p / q).log()).sum(1).mean().item<double>();
  EXPECT_NEAR(layers.front().choices.front().sensitivity, expected, 1e-5 * expected);
}

}  // namespace
}  // namespace covey::calibration
