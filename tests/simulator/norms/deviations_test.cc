#include "simulator/norms/deviations.h"

#include <gtest/gtest.h>

namespace covey::simulator {
namespace {

TEST(Deviations, BatchesThatAreAlikeHaveNone) {
  const BatchMoments batch{{1, -2}, {4, 0.25}, {5, 4.25}};
  const Deviations found = deviations_of({batch, batch, batch});
  EXPECT_EQ(found.mean, 0);
  EXPECT_EQ(found.variance, 0);
  EXPECT_EQ(found.square, 0);
}

TEST(Deviations, AreMeansOfDistancesInUnitsOfTheChannel) {
  // One channel: means 0 and 2 around 1, variances 3 and 5 around 4, squares 3 and 9 around 6.
  const Deviations found = deviations_of({{{0}, {3}, {3}}, {{2}, {5}, {9}}});
  EXPECT_DOUBLE_EQ(found.mean, 0.5);
  EXPECT_DOUBLE_EQ(found.variance, 0.25);
  EXPECT_DOUBLE_EQ(found.square, 0.5);
}

TEST(Deviations, DoNotDependOnTheScaleOfAChannel) {
  const Deviations a = deviations_of({{{1}, {3}, {4}}, {{2}, {5}, {9}}});
  const Deviations b = deviations_of({{{10}, {300}, {400}}, {{20}, {500}, {900}}});
  EXPECT_DOUBLE_EQ(a.mean, b.mean);
  EXPECT_DOUBLE_EQ(a.variance, b.variance);
  EXPECT_DOUBLE_EQ(a.square, b.square);
}

TEST(Deviations, LeaveConstantChannelsOut) {
  const Deviations found = deviations_of({{{7, 0}, {0, 3}, {49, 3}}, {{7, 2}, {0, 5}, {49, 9}}});
  EXPECT_DOUBLE_EQ(found.mean, 0.5) << "of the second channel alone";
  EXPECT_DOUBLE_EQ(found.variance, 0.25);
  EXPECT_DOUBLE_EQ(found.square, 0.25) << "the first channel's square is 49 in both";
}

}  // namespace
}  // namespace covey::simulator
