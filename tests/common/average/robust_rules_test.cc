// Rules that distrust single members (Yin et al. 2018), on scalars that can be sorted by hand.

#include <gmock/gmock.h>

#include "common/average/fixed_point.h"
#include "tests/common/average/round.h"

namespace covey::average {
namespace {

using ::testing::ElementsAre;

float median_of(const std::vector<float>& deltas, const Values& server, std::uint32_t slots = 8) {
  Round round(scalar(), 1, slots, server.empty() ? Order::kAlternate : Order::kParallel, "median");
  for (const float delta : deltas) round.add(0, {delta});
  return round.finish(same_everywhere({10}, 1), server).average()[0];
}

TEST(Median, IsTheMiddleMember) {
  EXPECT_EQ(median_of({3, -1, 1000}, {}), 13);
  EXPECT_EQ(median_of({5}, {}), 15);
}

TEST(Median, IsTheMeanOfTheTwoMiddleOnes) {
  EXPECT_EQ(median_of({1, 2, 4, 1000}, {}), 13);
}

TEST(Median, CountsTheServerAsAMember) {
  EXPECT_EQ(median_of({1, 1000}, {14}), 14);  // 11, 14, 1010
}

TEST(Median, AFewWildMembersDoNotMoveIt) {
  EXPECT_EQ(median_of({1, 1, 1, 1, 1e6f, -1e6f, 1e6f}, {}), 11);
}

TEST(Median, DecidesEveryCoordinateByItself) {
  const Layout layout = testing::layout_of({testing::parameter("w", {2})});
  Round round(layout, 1, 3, Order::kAlternate, "median");
  round.add(0, {1, 30}).add(0, {2, 10}).add(0, {3, 20});
  EXPECT_THAT(round.finish(same_everywhere({0, 0}, 1)).average(), ElementsAre(2, 20));
}

TEST(Median, WorksInsideGroups) {
  Round round(scalar(), 2, 6, Order::kAlternate, "median");
  round.add(0, {1}).add(0, {2}).add(0, {30}).add(1, {-1}).add(1, {-2}).add(1, {-30});
  const GlobalModels next = round.finish(same_everywhere({0}, 2));
  EXPECT_THAT(scalars(next.masters), ElementsAre(2, -2));
  EXPECT_THAT(next.average(), ElementsAre(0));
}

TEST(TrimmedMean, LeavesOutBothEnds) {
  Round round(scalar(), 1, 5, Order::kAlternate, "trimmed-mean", {0, 0.2});
  round.add(0, {1}).add(0, {2}).add(0, {6}).add(0, {1e6f}).add(0, {-1e6f});
  EXPECT_THAT(round.finish(same_everywhere({10}, 1)).average(), ElementsAre(13));
}

TEST(TrimmedMean, TrimsTheWholePartOfItsShare) {
  Round round(scalar(), 1, 4, Order::kAlternate, "trimmed-mean", {0, 0.2});  // 0.8 of a member: none
  round.add(0, {1}).add(0, {2}).add(0, {3}).add(0, {6});
  EXPECT_THAT(round.finish(same_everywhere({0}, 1)).average(), ElementsAre(3));
}

TEST(TrimmedMean, WithoutTrimmingItIsFedAvgBitForBit) {
  const Layout layout = testing::layout_of({testing::parameter("w", {100})});
  const Values start = testing::uniform_values(100, -1, 1, 1);
  const Values server = testing::uniform_values(100, -1, 1, 2);
  Round trimmed(layout, 1, 7, Order::kParallel, "trimmed-mean", {0, 0});
  Round fedavg(layout, 1, 7, Order::kParallel, "fedavg");
  for (std::uint32_t k = 0; k < 7; ++k) {
    trimmed.add(0, testing::uniform_values(100, -1, 1, 10 + k));
    fedavg.add(0, testing::uniform_values(100, -1, 1, 10 + k));
  }
  EXPECT_EQ(trimmed.finish(same_everywhere(start, 1), server).average(),
            fedavg.finish(same_everywhere(start, 1), server).average());
}

TEST(RobustRules, OrderOfArrivalChangesNothing) {
  for (const char* rule : {"median", "trimmed-mean"}) {
    std::vector<float> results;
    for (const auto& order : {std::vector<float>{1, 2, 4, 8}, std::vector<float>{8, 1, 4, 2}}) {
      Round round(scalar(), 1, 4, Order::kAlternate, rule);
      for (const float delta : order) round.add(0, {delta});
      results.push_back(round.finish(same_everywhere({0}, 1)).average()[0]);
    }
    EXPECT_EQ(results[0], results[1]) << rule;
  }
}

TEST(RobustRules, LargestAllowedMagnitudesDoNotOverflow) {
  for (const char* rule : {"median", "trimmed-mean"}) {
    for (const std::uint32_t slots : {1u, 2u, 8u}) {
      const float largest = std::nextafter(static_cast<float>(magnitude_limit(slots)), 0.0f);
      Round round(scalar(), 1, slots, Order::kAlternate, rule);
      for (std::uint32_t k = 0; k < slots; ++k) round.add(0, {-largest});
      EXPECT_EQ(round.finish(same_everywhere({-largest}, 1)).average()[0], -2 * largest) << rule << slots;
    }
  }
}

}  // namespace
}  // namespace covey::average
