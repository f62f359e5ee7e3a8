// Members that count more than others: weighted users, and a server with a share of its own.

#include <gmock/gmock.h>

#include "common/average/status_weight.h"
#include "tests/common/average/round.h"

namespace covey::average {
namespace {

using ::testing::ElementsAre;

TEST(WeightedUsers, CountInProportion) {
  Round round(scalar(), 1, 2, Order::kAlternate, "fedavg", {}, kWeightMax);
  round.add(0, {1}, 3).add(0, {5}, 1);
  EXPECT_THAT(round.finish(same_everywhere({10}, 1)).average(), ElementsAre(12));
}

TEST(WeightedUsers, EqualWeightsAreNoWeights) {
  const Layout layout = testing::layout_of({testing::parameter("w", {100})});
  const Values start = testing::uniform_values(100, -1, 1, 1);
  Round weighted(layout, 1, 4, Order::kAlternate, "fedavg", {}, kWeightMax);
  Round plain(layout, 1, 4, Order::kAlternate, "fedavg");
  for (std::uint32_t k = 0; k < 4; ++k) {
    weighted.add(0, testing::uniform_values(100, -1, 1, 10 + k), 512);  // a power of two divides exactly
    plain.add(0, testing::uniform_values(100, -1, 1, 10 + k));
  }
  EXPECT_EQ(weighted.finish(same_everywhere(start, 1)).average(),
            plain.finish(same_everywhere(start, 1)).average());
}

TEST(WeightedUsers, LargestMagnitudesAndWeightsDoNotOverflow) {
  for (const std::uint32_t slots : {1u, 8u}) {
    const float largest = std::nextafter(static_cast<float>(magnitude_limit(slots, kWeightMax)), 0.0f);
    Round round(scalar(), 1, slots, Order::kAlternate, "fedavg", {}, kWeightMax);
    for (std::uint32_t k = 0; k < slots; ++k) round.add(0, {-largest}, kWeightMax);
    EXPECT_EQ(round.finish(same_everywhere({-largest}, 1)).average()[0], -2 * largest);
  }
}

TEST(WeightedUsers, AreRefusedAboveTheirSmallerLimit) {
  Round round(scalar(), 1, 3, Order::kAlternate, "fedavg", {}, kWeightMax);
  EXPECT_EQ(round.try_add(0, {0x1p18f}, 1).code(), Code::kRefused);  // the limit is 2^30 / 4 / 2^10
}

TEST(StatusWeight, GrowsWithDoubt) {
  EXPECT_EQ(status_weight(0.5), kWeightMax / 2);
  EXPECT_EQ(status_weight(0.75), kWeightMax / 4);
  EXPECT_GT(status_weight(0.01), 1000u);
}

TEST(StatusWeight, IsLeastForThoseThatTellNothingOrTooMuch) {
  for (const double odd : {0.0, 1.0, -1.0, 2.0, double{NAN}}) EXPECT_EQ(status_weight(odd), 1u) << odd;
}

float with_share(double share, float server) {
  Round round(scalar(), 1, 3, Order::kParallel, "fedavg", {share, 0});
  round.add(0, {1}).add(0, {2}).add(0, {3});
  return round.finish(same_everywhere({10}, 1), {server}).average()[0];
}

TEST(ServerShare, MixesTheServerWithTheUsersMean) {
  EXPECT_EQ(with_share(0.5, 20), 16);
  EXPECT_EQ(with_share(0.25, 20), 14);
  EXPECT_EQ(with_share(0.25, -8), 7);
  EXPECT_EQ(with_share(1, 20), 20);
  EXPECT_NEAR(with_share(0.0977, 112), 12 + 0.0977 * 100, 1e-4);
  EXPECT_EQ(with_share(0, 20), 14);  // (20 + 11 + 12 + 13) / 4
}

TEST(ServerShare, OfAMemberIsFedAvgToTheRounding) {
  EXPECT_NEAR(with_share(0.25, 17), with_share(0, 17), 1e-6);
}

}  // namespace
}  // namespace covey::average
