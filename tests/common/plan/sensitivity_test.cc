#include "common/plan/sensitivity.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/models.h"

namespace covey::plan {
namespace {

using covey::testing::buffer;
using covey::testing::layout_of;
using covey::testing::parameter;
using covey::testing::uniform_values;

const Layout& layout() {
  static const Layout layout = layout_of(
      {parameter("a", {16, 32}), parameter("b", {16}), parameter("c", {64, 8}), buffer("d", {16, 32})});
  return layout;
}

Result<std::vector<LayerSensitivity>> sensitivities(const std::vector<LayerTrace>& traces) {
  return layer_sensitivities(layout(), uniform_values(layout().value_count(), -1, 1, 1), traces, "sym",
                             {2, 4, 8});
}

TEST(Sensitivity, IsTheMeanCurvatureTimesTheErrorOfRounding) {
  const auto layers = *sensitivities({{"a", 51.2}, {"c", 512}});
  ASSERT_EQ(layers.size(), 2u) << "what stays fp32 takes no part";
  EXPECT_EQ(layers[0].name, "a");
  EXPECT_EQ(layers[1].name, "c");
  const Values values = uniform_values(layout().value_count(), -1, 1, 1);
  // Symmetric codes of b bits: steps of largest / (2^(b-1) - 1) per row, whose rounding errs by step^2 / 12.
  for (std::size_t i = 0; i < 3; ++i) {
    const int bits = layers[0].choices[i].bits;
    const double step = 1.0 / ((1 << (bits - 1)) - 1);
    const double expected = 0.1 * 512 * step * step / 12;
    EXPECT_NEAR(layers[0].choices[i].sensitivity / expected, 1, 0.25) << bits;
    EXPECT_EQ(layers[0].choices[i].cost, 512 * bits);
  }
  const double ratio = layers[1].choices[1].sensitivity / layers[0].choices[1].sensitivity;
  EXPECT_NEAR(ratio, 10, 2.5);
}

TEST(Sensitivity, OfNegativeCurvatureIsNextToNothing) {
  const auto layers = *sensitivities({{"a", -3}, {"c", 1}});
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_LT(layers[0].choices[i].sensitivity, 1e-5 * layers[1].choices[i].sensitivity);
    EXPECT_GT(layers[0].choices[i].sensitivity, 0) << "it still takes the bits that the others leave";
  }
}

TEST(Sensitivity, WithoutAnyPositiveCurvatureRoundingErrorsDecide) {
  const auto layers = *sensitivities({{"a", -3}, {"c", -1e30}});
  const auto plain = *sensitivities({{"a", 512}, {"c", 512}});
  for (std::size_t l = 0; l < 2; ++l) {
    for (std::size_t i = 0; i < 3; ++i)
      EXPECT_DOUBLE_EQ(layers[l].choices[i].sensitivity, plain[l].choices[i].sensitivity);
  }
}

TEST(Sensitivity, NeedsAFiniteTraceForEveryQuantisedTensor) {
  const auto missing = sensitivities({{"a", 1}});
  EXPECT_EQ(missing.status().code(), Code::kInvalidArgument);
  EXPECT_NE(missing.status().message().find("tensor c"), std::string::npos);
  const auto broken = sensitivities({{"a", std::nan("")}, {"c", 1}});
  EXPECT_EQ(broken.status().code(), Code::kInvalidArgument);
  EXPECT_NE(broken.status().message().find("tensor a"), std::string::npos);
}

TEST(Sensitivity, OfOneTensorWithItsOffsetIsThatOfTheTensorAlone) {
  const Values values = uniform_values(layout().value_count(), -1, 1, 1);
  const TensorSpec& c = layout().tensors()[2];
  const auto codec = *quant::make_codec("sym", {4});
  const Values alone(values.begin() + static_cast<std::ptrdiff_t>(c.offset),
                     values.begin() + static_cast<std::ptrdiff_t>(c.offset + c.count));
  EXPECT_GT(*nearest_error(*codec, c, alone), 0);
  EXPECT_EQ(c.name, "c");
}

TEST(Sensitivity, OperationsAreCountedInsteadOfValues) {
  auto layers = *sensitivities({{"a", 51.2}, {"c", 512}});
  ASSERT_TRUE(limit_operations({{"a", 100}, {"c", 7}, {"other", 1}}, layers).ok());
  EXPECT_EQ(layers[0].values, 100u);
  EXPECT_EQ(layers[0].choices[1].cost, 400);
  EXPECT_EQ(layers[1].choices[2].cost, 56);
  EXPECT_EQ(limit_operations({{"a", 100}}, layers).message(), "tensor c takes part in no multiplication");
}

}  // namespace
}  // namespace covey::plan
