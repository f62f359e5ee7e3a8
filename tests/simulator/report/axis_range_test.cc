#include "simulator/report/axis_range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace covey::simulator {
namespace {

using ::testing::ElementsAre;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Figure line(const std::vector<Point>& points) {
  Figure figure;
  figure.series = {{"line", points}};
  return figure;
}

TEST(YRange, EndsAtRoundNumbersBeyondTheSpread) {
  const AxisRange range = y_range(line({{0, 71, Spread{68, 74}}, {1, 83, Spread{81, 87}}}));
  EXPECT_EQ(range.low, 65);
  EXPECT_EQ(range.high, 90);
  EXPECT_THAT(range.tick_texts, ElementsAre("65", "70", "75", "80", "85", "90"));
}

TEST(YRange, StaysWithinFloorAndCeilingAndShowsZeroWhenAsked) {
  Figure figure = line({{0, 99, Spread{94, 104}}, {1, 98, std::nullopt}});
  figure.y.ceiling = 100;
  EXPECT_EQ(y_range(figure).high, 100);
  figure.y.from_zero = true;
  EXPECT_EQ(y_range(figure).low, 0);
  figure = line({{0, 0, std::nullopt}});
  figure.y.floor = 0;
  EXPECT_EQ(y_range(figure).low, 0);
  EXPECT_EQ(y_range(figure).high, 1);
}

TEST(YRange, HasALengthForEqualAndForNoValues) {
  for (const auto& points :
       {std::vector<Point>{{0, 5, {}}}, std::vector<Point>{{0, kNan, {}}}, std::vector<Point>{}}) {
    const AxisRange range = y_range(line(points));
    EXPECT_LT(range.low, range.high);
    EXPECT_GE(range.ticks.size(), 2u);
  }
}

TEST(YRange, HasALengthForValuesThatDifferByRoundingAlone) {
  const double mean = (0.1 + 0.2) * 1e3;
  ASSERT_NE(mean, 300.0);
  const AxisRange range = y_range(line({{0, 300.0, {}}, {1, mean, {}}}));
  EXPECT_EQ(range.low, 270);
  EXPECT_EQ(range.high, 330);
}

TEST(YRange, WritesAsManyDecimalsAsTheStepHas) {
  EXPECT_THAT(y_range(line({{0, 0.2, {}}, {1, 0.4, {}}})).tick_texts,
              ElementsAre("0.20", "0.25", "0.30", "0.35", "0.40"));
  EXPECT_EQ(y_range(line({{0, 0, {}}, {1, 2e8, {}}})).tick_texts.back(), "2e+08");
}

TEST(YRange, OfStackedBarsReachesTheirSum) {
  Figure figure = line({{0, 3, {}}, {1, 4, {}}});
  figure.series.push_back(figure.series[0]);
  figure.kind = Figure::Kind::kBars;
  EXPECT_EQ(y_range(figure).high, 8);
}

TEST(XRange, EndsAtTheValuesAndHasNoTicksBetweenWholeNumbers) {
  Figure figure = line({{1, 0, {}}, {3, 0, {}}});
  figure.x.whole_numbers = true;
  const AxisRange range = x_range(figure);
  EXPECT_EQ(range.low, 1);
  EXPECT_EQ(range.high, 3);
  EXPECT_THAT(range.tick_texts, ElementsAre("1", "2", "3"));
}

TEST(XRange, MarksSweptValuesUnlessTheyTouch) {
  Figure figure = line({{0, 0, {}}, {1, 0, {}}});
  figure.x.ticks = {0, 0.01, 0.4, 1};
  const AxisRange range = x_range(figure);
  EXPECT_THAT(range.tick_texts, ElementsAre("0", "0.4", "1"));
  EXPECT_LT(range.low, 0);
  EXPECT_GT(range.high, 1);
}

TEST(XRange, PlacesByLogarithmWhenAsked) {
  Figure figure = line({{0.001, 0, {}}, {0.1, 0, {}}});
  figure.x.ticks = {0.001, 0.01, 0.1};
  figure.x.scale = FigureAxis::Scale::kLog;
  const AxisRange range = x_range(figure);
  EXPECT_TRUE(range.log);
  EXPECT_NEAR(range.place(0.01), 0.5, 1e-12);
  EXPECT_THAT(range.tick_texts, ElementsAre("0.001", "0.01", "0.1"));
}

TEST(ShareRanges, MakesAxesEqual) {
  std::vector<Figure> figures = {line({{1, 10, {}}, {2, 20, {}}}),
                                 line({{1, 70, {}}, {5, 90, Spread{80, 97}}})};
  share_ranges(figures);
  EXPECT_EQ(y_range(figures[0]).low, y_range(figures[1]).low);
  EXPECT_EQ(y_range(figures[0]).high, 100);
  EXPECT_EQ(x_range(figures[0]).high, 5);
}

}  // namespace
}  // namespace covey::simulator
