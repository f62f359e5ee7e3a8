#include "common/average/momentum.h"

#include <gmock/gmock.h>

#include "tests/common/average/round.h"

namespace covey::average {
namespace {

using ::testing::ElementsAre;

TEST(Momentum, ThreeRoundsByHand) {
  Values velocity;
  GlobalModels models = same_everywhere({0}, 1);
  const auto round = [&](float mean) {
    const Values before = models.average();
    models = same_everywhere({mean}, 1);
    ASSERT_TRUE(apply_momentum(scalar(), 0.5, before, velocity, models).ok());
  };
  round(4);  // v = 4, w = 4
  EXPECT_THAT(models.average(), ElementsAre(4));
  EXPECT_THAT(velocity, ElementsAre(4));
  round(6);  // v = 2 + 2 = 4, w = 8
  EXPECT_THAT(models.average(), ElementsAre(8));
  round(8);  // v = 2 + 0, w = 10
  EXPECT_THAT(models.average(), ElementsAre(10));
  EXPECT_THAT(velocity, ElementsAre(2));
}

TEST(Momentum, MovesEveryGroupAlike) {
  Values velocity{2};
  GlobalModels next{{{1}, {3}}, {2}};
  ASSERT_TRUE(apply_momentum(scalar(), 0.5, Values{1}, velocity, next).ok());
  EXPECT_THAT(scalars(next.masters), ElementsAre(2, 4));
  EXPECT_THAT(next.average(), ElementsAre(3));
  EXPECT_THAT(velocity, ElementsAre(2));
}

TEST(Momentum, LeavesStatisticsAsTheyWereAveraged) {
  const Layout layout =
      testing::layout_of({testing::buffer("n.running_var", {1}), testing::parameter("w", {1})});
  Values velocity{-4, -4};
  GlobalModels next{{{0.05f, 1}}, {0.05f, 1}};
  ASSERT_TRUE(apply_momentum(layout, 0.5, Values{1, 1}, velocity, next).ok());
  EXPECT_THAT(next.average(), ElementsAre(0.05f, -1));
  EXPECT_THAT(next.masters[0], ElementsAre(0.05f, -1));
}

TEST(Momentum, RefusesToRunAway) {
  Values velocity{3e38f};
  GlobalModels next = same_everywhere({3e38f}, 1);
  EXPECT_EQ(apply_momentum(scalar(), 0.9, Values{0}, velocity, next).code(), Code::kInternal);
}

}  // namespace
}  // namespace covey::average
