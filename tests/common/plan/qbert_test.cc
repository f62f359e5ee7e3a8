#include "common/plan/qbert.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "tests/support/models.h"

namespace covey::plan {
namespace {

using covey::testing::layout_of;
using covey::testing::parameter;
using ::testing::HasSubstr;

/// Three blocks of 1024, 1024 and 2048 quantised values, and an embedding.
const Layout& layout() {
  static const Layout layout =
      layout_of({parameter("embedding.weight", {32, 16}), parameter("layer1.a.weight", {32, 32}),
                 parameter("layer1.a.bias", {32}), parameter("layer2.a.weight", {32, 32}),
                 parameter("layer3.a.weight", {32, 32}), parameter("layer3.b.weight", {32, 32}),
                 parameter("norm.weight", {32})});
  return layout;
}

TEST(BlockOf, IsTheNumberedLayer) {
  EXPECT_EQ(block_of("layer12.attention.query.weight"), "layer12");
  for (const char* other :
       {"embedding.weight", "layer.weight", "layers1.weight", "layer1", "player1.weight", ""})
    EXPECT_EQ(block_of(other), "") << other;
}

TEST(BlockSensitivity, IsTheMagnitudeOfTheMeanAndTheSpread) {
  EXPECT_DOUBLE_EQ(block_sensitivity({-3}), 3);
  EXPECT_DOUBLE_EQ(block_sensitivity({1, 3}), 2 + std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(block_sensitivity({-1, 1}), std::sqrt(2.0));
  EXPECT_TRUE(std::isnan(block_sensitivity({})));
}

TEST(QbertPlan, GivesTheSensitiveHalfABitMore) {
  const BlockEigenvalues curved{{"layer1", {1, 1}}, {"layer2", {0.5, 4.5}}, {"layer3", {2, 2}}};
  const BitPlan plan = *qbert_plan(layout(), curved, "group", 2.5);
  EXPECT_EQ(plan.codec, "group");
  // layer2 by its spread, then layer3, which takes the whole of what half a bit more leaves but for 1024
  // values.
  EXPECT_EQ(plan.bits, (std::map<std::string, int>{{"embedding.weight", 8},
                                                   {"layer1.a.weight", 2},
                                                   {"layer2.a.weight", 3},
                                                   {"layer3.a.weight", 2},
                                                   {"layer3.b.weight", 2}}));
  EXPECT_EQ(qbert_plan(layout(), curved, "group", 2.75)->bits.at("layer3.b.weight"), 3);
  EXPECT_EQ(qbert_plan(layout(), curved, "group", 2.75)->bits.at("layer1.a.weight"), 2);
  EXPECT_EQ(qbert_plan(layout(), curved, "group", 4)->bits.at("layer2.a.weight"), 4);
  std::vector<TensorSpec> ten;
  BlockEigenvalues alike;
  for (int i = 0; i < 10; ++i) {
    ten.push_back(parameter("layer" + std::to_string(i) + ".weight", {32, 32}));
    alike["layer" + std::to_string(i)] = {1};
  }
  const BitPlan plan_of_ten = *qbert_plan(layout_of(ten), alike, "group", 3.3);
  int wide = 0;
  for (const auto& bits : plan_of_ten.bits) wide += bits.second == 4 ? 1 : 0;
  EXPECT_EQ(wide, 3) << "though 3.3 - 3 is less than 0.3";
  EXPECT_EQ(qbert_plan(layout(), curved, "group", 8)->bits.at("layer2.a.weight"), 8);
}

TEST(QbertPlan, BeginsWithAllBlocksAlike) {
  const BitPlan plan = *alike_blocks_plan(layout(), "group", 2);
  EXPECT_EQ(plan.bits.at("embedding.weight"), 8);
  EXPECT_EQ(plan.bits.at("layer1.a.weight"), 2);
  EXPECT_EQ(plan.bits.at("layer3.b.weight"), 2);
  EXPECT_EQ(plan.bits.count("norm.weight"), 0u);
  const Layout plain = layout_of({parameter("a.weight", {32, 32})});
  EXPECT_FALSE(alike_blocks_plan(plain, "group", 2).ok());
}

TEST(QbertPlan, RefusesWhatItCannotRank) {
  const Layout plain = layout_of({parameter("a.weight", {32, 32})});
  EXPECT_THAT(qbert_plan(plain, {}, "group", 3).status().message(), HasSubstr("allowed: transformer"));
  EXPECT_THAT(qbert_plan(layout(), {{"layer1", {1}}}, "group", 3).status().message(), HasSubstr("layer2"));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(qbert_plan(layout(), {{"layer1", {nan}}, {"layer2", {1}}, {"layer3", {1}}}, "group", 3)
                  .status()
                  .message(),
              HasSubstr("layer1"));
}

}  // namespace
}  // namespace covey::plan
