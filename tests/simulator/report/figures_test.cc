// Figures from results whose means, spreads and places can be computed by hand.

#include "simulator/report/figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "tests/simulator/report/support/sample_results.h"

namespace covey::simulator {
namespace {

using testing::add_rounds;
using ::testing::ElementsAre;
using testing::finished_run;
using testing::plain_round;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The figure with this id; an empty one, and a failed test, when there is none.
Figure figure_of(const std::vector<Figure>& figures, const std::string& id) {
  for (const Figure& figure : figures) {
    if (figure.id == id) return figure;
  }
  ADD_FAILURE() << "no figure " << id;
  return {};
}

bool has_figure(const std::vector<Figure>& figures, const std::string& id) {
  return std::any_of(figures.begin(), figures.end(), [&](const Figure& figure) { return figure.id == id; });
}

std::vector<double> xs(const Series& series) {
  std::vector<double> found;
  for (const Point& point : series.points) found.push_back(point.x);
  return found;
}

std::vector<double> ys(const Series& series) {
  std::vector<double> found;
  for (const Point& point : series.points) found.push_back(point.y);
  return found;
}

Results seeds_of(const std::vector<std::vector<double>>& accuracies) {
  Results results;
  std::uint64_t seed = 0;
  for (const auto& rounds : accuracies) {
    results.runs.push_back(finished_run({}, ++seed, 0));
    add_rounds(rounds, results.runs.back());
  }
  return results;
}

TEST(Figures, AccuracyPerRoundIsTheMeanOverSeedsWithItsDeviation) {
  const auto figures = make_figures(seeds_of({{0.2, 0.5}, {0.4, 0.5}, {0.6, 0.5}}));
  const Figure figure = figure_of(figures, "accuracy-per-round");
  ASSERT_EQ(figure.series.size(), 1u);
  const std::vector<Point>& points = figure.series[0].points;
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0].x, 1);
  EXPECT_DOUBLE_EQ(points[0].y, 40);
  EXPECT_NEAR(points[0].spread->low, 20, 1e-9);  // the deviation of 20, 40, 60 is 20
  EXPECT_NEAR(points[0].spread->high, 60, 1e-9);
  EXPECT_DOUBLE_EQ(points[1].spread->low, 50);
}

TEST(Figures, ARoundWithoutEvaluationIsPassedOver) {
  const auto figures = make_figures(testing::single_run());
  const Series line = figure_of(figures, "accuracy-per-round").series.at(0);
  EXPECT_THAT(xs(line), ElementsAre(1, 3, 5));
  EXPECT_THAT(ys(line), ElementsAre(25, 50, 75));
  for (const Point& point : line.points) EXPECT_FALSE(point.spread.has_value());
}

TEST(Figures, SeedsThatWereEvaluatedInOtherRoundsMeetWhereTheyCan) {
  const Series line =
      figure_of(make_figures(seeds_of({{0.2, kNan, 0.6}, {0.4, 0.5, kNan}})), "accuracy-per-round")
          .series.at(0);
  EXPECT_THAT(xs(line), ElementsAre(1, 2, 3));
  EXPECT_THAT(ys(line), ElementsAre(::testing::DoubleEq(30), 50, 60));
  EXPECT_TRUE(line.points[0].spread.has_value());
  EXPECT_FALSE(line.points[1].spread.has_value());
}

TEST(Figures, MegabytesAndHoursAddUpOverRounds) {
  Results results = seeds_of({{0.1, kNan, 0.3}});
  for (store::RoundRecord& round : results.runs[0].rounds) round.figures.virtual_seconds = 1800;
  const auto figures = make_figures(results);
  EXPECT_THAT(xs(figure_of(figures, "accuracy-per-megabyte").series.at(0)), ElementsAre(3, 9));
  EXPECT_THAT(xs(figure_of(figures, "accuracy-per-simulated-hour").series.at(0)), ElementsAre(0.5, 1.5));
}

TEST(Figures, SimulatedTimeIsShownOnlyWhereThereIsAny) {
  const auto figures = make_figures(testing::text_sweep());
  for (const Figure& figure : figures) EXPECT_EQ(figure.id.find("simulated"), std::string::npos) << figure.id;
}

TEST(Figures, ANumberThatIsMissingIsAGap) {
  Results results = seeds_of({{0.1, 0.2, 0.3}});
  results.runs[0].rounds[1].figures.pseudo_labels = {0, 0, 0};
  const Series line = figure_of(make_figures(results), "rarest-class-per-round").series.at(0);
  ASSERT_EQ(line.points.size(), 3u);
  EXPECT_NEAR(line.points[0].y, 100.0 / 3, 1e-9);
  EXPECT_TRUE(std::isnan(line.points[1].y));
}

TEST(Figures, WarmUpRoundsHaveNoLabels) {
  Results results = seeds_of({{0.1, 0.2, 0.3}});
  store::RoundRecord& warm_up = results.runs[0].rounds[0];
  warm_up.drawn = 0;
  warm_up.figures.pseudo_labels = {0, 0, 0};
  const auto figures = make_figures(results);
  EXPECT_THAT(xs(figure_of(figures, "mask-rate-per-round").series.at(0)), ElementsAre(2, 3));
  EXPECT_THAT(xs(figure_of(figures, "label-entropy-per-round").series.at(0)), ElementsAre(2, 3));
}

TEST(Figures, BalanceOfLabelsIsRarestShareAndEntropy) {
  Results results = seeds_of({{0.1}});
  results.runs[0].rounds[0].figures.pseudo_labels = {50, 25, 25};
  const auto figures = make_figures(results);
  EXPECT_THAT(ys(figure_of(figures, "rarest-class-per-round").series.at(0)), ElementsAre(25));
  EXPECT_THAT(ys(figure_of(figures, "label-entropy-per-round").series.at(0)), ElementsAre(1.5));
  const HeatMap shares = figure_of(figures, "class-shares-per-round").heat_map;
  EXPECT_THAT(shares.values, ElementsAre(ElementsAre(50), ElementsAre(25), ElementsAre(25)));
}

TEST(Figures, ClassSharesOfManyRoundsAreSummedIntoFewColumns) {
  const HeatMap shares =
      figure_of(make_figures(seeds_of({std::vector<double>(120, 0.5)})), "class-shares-per-round").heat_map;
  EXPECT_EQ(shares.columns.size(), 40u);
  EXPECT_EQ(shares.columns.front(), "1-3");
  EXPECT_EQ(shares.columns.back(), "118-120");
}

TEST(Figures, FinalAccuracyStandsAtItsValueInOrder) {
  const Results results = testing::grid_sweep();
  const Figure figure = figure_of(make_figures(results), "final-accuracy-by-federation.noniid");
  EXPECT_EQ(figure.kind, Figure::Kind::kLine);
  EXPECT_EQ(figure.x.label, "federation.noniid");
  EXPECT_EQ(figure.y.unit, "%");
  ASSERT_EQ(figure.series.size(), 2u);
  EXPECT_EQ(figure.series[0].name, "bits 2");
  EXPECT_THAT(xs(figure.series[0]), ElementsAre(0, 0.4, 1));
  // 0.9 - 0.3 R - 0.4 / 2, and the mean of 0.013 and 0.026
  EXPECT_THAT(ys(figure.series[0]),
              ElementsAre(::testing::DoubleNear(71.95, 1e-9), ::testing::DoubleNear(59.95, 1e-9),
                          ::testing::DoubleNear(41.95, 1e-9)));
  const double deviation = 1.3 / std::sqrt(2.0);
  EXPECT_NEAR(figure.series[0].points[0].spread->high, 71.95 + deviation, 1e-9);
}

TEST(Figures, CostOfARunIsInUnits) {
  const auto figures = make_figures(testing::grid_sweep());
  EXPECT_THAT(ys(figure_of(figures, "megabytes-exchanged-by-download.bits").series.at(0)),
              ElementsAre(12, 12));
  // 4 rounds of 900 (1 + b) + 60 seed seconds; the mean seed is 1.5
  EXPECT_THAT(ys(figure_of(figures, "simulated-hours-by-download.bits").series.at(0)),
              ElementsAre(::testing::DoubleNear(3.1, 1e-9), ::testing::DoubleNear(9.1, 1e-9)));
  EXPECT_EQ(figure_of(figures, "seconds-by-download.bits").y.unit, "s");
  const Figure bars = figure_of(figures, "megabytes-by-direction");
  EXPECT_THAT(bars.x.categories, ::testing::SizeIs(6));
  EXPECT_THAT(ys(bars.series.at(0)), ::testing::Each(4));
  EXPECT_THAT(ys(bars.series.at(1)), ::testing::Each(8));
}

TEST(Figures, TextValuesAreCategories) {
  const Figure figure = figure_of(make_figures(testing::text_sweep()), "final-accuracy-by-averaging.rule");
  EXPECT_EQ(figure.kind, Figure::Kind::kDots);
  EXPECT_THAT(figure.x.categories, ElementsAre("grouping", "fedavg"));
  EXPECT_THAT(xs(figure.series.at(0)), ElementsAre(0, 1));
}

TEST(Figures, AWideKeyIsLogarithmic) {
  Results results;
  results.axes = {{"training.lr", {"0.1", "0.001", "0.01"}}};
  for (const std::string& value : results.axes[0].values)
    results.runs.push_back(finished_run({value}, 1, 0.5));
  const Figure figure = figure_of(make_figures(results), "final-accuracy-by-training.lr");
  EXPECT_EQ(figure.x.scale, FigureAxis::Scale::kLog);
  EXPECT_THAT(figure.x.ticks, ElementsAre(0.001, 0.01, 0.1));
}

TEST(Figures, AHeatMapShowsThePairOfTwoKeys) {
  Results results = testing::grid_sweep();
  results.runs.erase(results.runs.begin(), results.runs.begin() + 2);  // R = 1 with 8 bits
  const HeatMap map =
      figure_of(make_figures(results), "final-accuracy-by-federation.noniid-and-download.bits").heat_map;
  EXPECT_THAT(map.rows, ElementsAre("0", "0.4", "1"));
  EXPECT_THAT(map.columns, ElementsAre("2", "8"));
  EXPECT_NEAR(map.values[0][0], 71.95, 1e-9);
  EXPECT_NEAR(map.values[1][1], 74.95, 1e-9);
  EXPECT_TRUE(std::isnan(map.values[2][1]));
}

TEST(Figures, DiversityOfOneSettingHasALineForEachVariant) {
  const auto figures = make_figures(testing::single_run());
  const Figure plain = figure_of(figures, "gradient-diversity-per-round");
  const Figure per_node = figure_of(figures, "gradient-diversity-per-node-and-round");
  ASSERT_EQ(plain.series.size(), 4u);
  EXPECT_EQ(plain.series[1].name, "all tensors, inside groups");
  EXPECT_NEAR(plain.series[1].points[2].y, (1.2 + 0.3 + 0.2) / 2, 1e-12);
  EXPECT_NEAR(per_node.series[1].points[2].y, (1.2 + 0.3 + 0.2) / 2 / 5.5, 1e-12);
}

TEST(Figures, DiversityOfASweepHasAFigureForEachVariant) {
  const auto figures = make_figures(testing::grid_sweep());
  const Figure figure = figure_of(figures, "gradient-diversity-per-round-classifier-whole-round");
  ASSERT_EQ(figure.series.size(), 6u);
  // 2 (1.2 + R + b / 20 + seed / 100 + 0.1 round), R = 0, b = 2, mean seed 1.5
  EXPECT_NEAR(figure.series[0].points[1].y, 2 * (1.2 + 0.1 + 0.015 + 0.1), 1e-12);
  EXPECT_FALSE(has_figure(make_figures(testing::text_sweep()), "gradient-diversity-per-round"));
}

TEST(Figures, DiversityThatCancelsOutIsAGap) {
  Results results = testing::single_run();
  results.runs[0].rounds[1].figures.diversity[0].d = kNan;
  const Series line = figure_of(make_figures(results), "gradient-diversity-per-round").series.at(0);
  ASSERT_EQ(line.points.size(), 5u);
  EXPECT_TRUE(std::isnan(line.points[1].y));
}

TEST(Figures, CurvatureOfOneSettingHasALineForEachTensor) {
  Results results = testing::single_run();
  results.runs[0].rounds[1].figures.curvature = {{"a.weight", 4, 0.5}, {"b.weight", -1, 0.5}};
  results.runs[0].rounds[3].figures.curvature = {{"a.weight", 2, 0.5}, {"b.weight", 3, 0.5}};
  const Figure figure = figure_of(make_figures(results), "curvature-by-tensor-and-round");
  ASSERT_EQ(figure.series.size(), 2u);
  EXPECT_EQ(figure.series[1].name, "b.weight");
  ASSERT_EQ(figure.series[1].points.size(), 2u) << "rounds that did not measure are passed over";
  EXPECT_EQ(figure.series[1].points[0].x, 2);
  EXPECT_EQ(figure.series[1].points[0].y, -1);
  EXPECT_EQ(figure.series[1].points[1].y, 3);
}

TEST(Figures, CurvatureShowsTheMostCurvedOfManyTensors) {
  Results results = testing::single_run();
  for (int t = 0; t < 12; ++t)
    results.runs[0].rounds[0].figures.curvature.push_back(
        {std::string(1, static_cast<char>('a' + t)), (t % 2 == 0 ? -1.0 : 1.0) * t, 0});
  const Figure figure = figure_of(make_figures(results), "curvature-by-tensor-and-round");
  ASSERT_EQ(figure.series.size(), 8u);
  EXPECT_EQ(figure.series.front().name, "e");
  EXPECT_EQ(figure.series.back().name, "l");
}

TEST(Figures, CurvatureOfASweepIsTheTotalOfEverySetting) {
  Results results = testing::grid_sweep();
  for (auto& run : results.runs) run.rounds[2].figures.curvature = {{"a", 4, 0}, {"b", 1, 0}};
  const Figure figure = figure_of(make_figures(results), "curvature-per-round");
  ASSERT_EQ(figure.series.size(), 6u);
  EXPECT_EQ(figure.series[5].points.at(0).y, 5);
  EXPECT_FALSE(has_figure(make_figures(testing::grid_sweep()), "curvature-per-round"));
}

TEST(Figures, SpectraAreLogarithmsOfDensities) {
  Results results = testing::single_run();
  EXPECT_FALSE(has_figure(make_figures(results), "spectral-density"));
  results.densities = {{"batch", {-1, 0, 1}, {0, 10, 0.1}}, {"group", {0, 1}, {1, 1}}};
  const Figure figure = figure_of(make_figures(results), "spectral-density");
  ASSERT_EQ(figure.series.size(), 2u);
  EXPECT_EQ(figure.series[0].name, "batch");
  EXPECT_NEAR(figure.series[0].points[0].y, -7, 1e-9);
  EXPECT_NEAR(figure.series[0].points[1].y, 1, 1e-6);
}

TEST(Figures, APartitionIsShownOnceWithTheKeyThatMadeIt) {
  const auto figures = make_figures(testing::grid_sweep());
  std::vector<std::string> titles;
  for (const Figure& figure : figures) {
    if (figure.section == "Partition") titles.push_back(figure.title);
  }
  EXPECT_THAT(titles, ElementsAre("Who holds what, noniid 0", "Who holds what, noniid 0.4",
                                  "Who holds what, noniid 1"));
  const HeatMap map = figure_of(figures, "partition-noniid-0.4").heat_map;
  EXPECT_THAT(map.rows, ElementsAre("server", "user 0", "user 1", "user 2"));
  EXPECT_THAT(map.values[2], ElementsAre(5, 26, 5));
}

TEST(Figures, APartitionOfManyUsersIsCutAndSaysSo) {
  Results results = testing::single_run();
  results.runs[0].partition->users.assign(75, {1, 2, 3});
  const Figure figure = figure_of(make_figures(results), "partition");
  EXPECT_EQ(figure.heat_map.rows.size(), 61u);
  EXPECT_NE(figure.caption.find("first 60 of 75 users"), std::string::npos) << figure.caption;
}

TEST(Figures, ManyCombinationsNeverOverflowALegend) {
  Results results;
  results.axes = {{"a.x", {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}},
                  {"a.y", {"p", "q", "r"}}};
  for (const std::string& x : results.axes[0].values) {
    for (const std::string& y : results.axes[1].values) {
      results.runs.push_back(finished_run({x, y}, 1, 0));
      add_rounds({0.1, 0.5}, results.runs.back());
    }
  }
  for (const Figure& figure : make_figures(results)) EXPECT_LE(figure.series.size(), 8u) << figure.id;
}

TEST(Figures, HaveUniqueIdsThatAreFileNames) {
  Results results;
  results.axes = {{"a.x", {"A/b", "a:b", "a b", "../..", "\xC3\xA4"}}, {"a.y", {"1", "2"}}};
  for (const std::string& x : results.axes[0].values) {
    for (const std::string& y : results.axes[1].values) {
      results.runs.push_back(finished_run({x, y}, 1, 0));
      add_rounds({0.1, 0.5}, results.runs.back());
    }
  }
  std::set<std::string> ids;
  for (const Figure& figure : make_figures(results)) {
    EXPECT_TRUE(ids.insert(figure.id).second) << figure.id;
    EXPECT_EQ(figure.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-_"), std::string::npos);
    EXPECT_NE(figure.id.front(), '.');
    EXPECT_FALSE(figure.title.empty());
    EXPECT_FALSE(figure.section.empty());
  }
}

TEST(Figures, OfARunWithoutRoundsAreFew) {
  Results results;
  results.runs = {finished_run({}, 1, 0.5)};
  std::vector<std::string> ids;
  for (const Figure& figure : make_figures(results)) ids.push_back(figure.id);
  EXPECT_THAT(ids, ElementsAre("megabytes-by-direction"));
}

}  // namespace
}  // namespace covey::simulator
