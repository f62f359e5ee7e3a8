#include "simulator/report/run_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/simulator/report/support/sample_results.h"

namespace covey::simulator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> counted(std::size_t count, const std::string& start = "") {
  std::vector<std::string> values;
  for (std::size_t i = 1; i <= count; ++i) values.push_back(start + std::to_string(i));
  return values;
}

/// One run for every combination.
Results sweep_of(std::vector<Axis> axes) {
  Results results;
  results.axes = std::move(axes);
  std::vector<std::vector<std::string>> combinations = {{}};
  for (const Axis& axis : results.axes) {
    std::vector<std::vector<std::string>> longer;
    for (const auto& values : combinations) {
      for (const std::string& value : axis.values) {
        longer.push_back(values);
        longer.back().push_back(value);
      }
    }
    combinations = std::move(longer);
  }
  for (const auto& values : combinations) results.runs.push_back(testing::finished_run(values, 1, 0.5));
  return results;
}

std::vector<Panel> panels_of(const Results& results) {
  return panels(all_runs(results), drawn_axes(results));
}

std::vector<std::string> names(const std::vector<RunGroup>& groups) {
  std::vector<std::string> found;
  for (const RunGroup& group : groups) found.push_back(group.name);
  return found;
}

TEST(DrawnAxes, KeysThatChangeTogetherAreNamedShortAndInLegendsByTheirValues) {
  const Results results =
      sweep_of({{"federation.period+federation.rounds", {"2+80", "8+20"}}, {"model.norm", {"group"}}});
  const auto axes = drawn_axes(results);
  EXPECT_EQ(axes.at(0).name, "period+rounds");
  EXPECT_THAT(names(panels_of(results).at(0).lines), ElementsAre("2+80", "8+20"));
}

TEST(DrawnAxes, SortsNumbersAndLeavesTextAsAskedFor) {
  const auto axes =
      drawn_axes(sweep_of({{"a.n", {"10", "9", "1e1.5", "-2"}}, {"a.m", {"10", "9", "0.5", "-2"}}}));
  ASSERT_EQ(axes.size(), 2u);
  EXPECT_THAT(axes[0].values, ElementsAre("10", "9", "1e1.5", "-2"));
  EXPECT_THAT(axes[0].numbers, IsEmpty());
  EXPECT_THAT(axes[1].values, ElementsAre("-2", "0.5", "9", "10"));
  EXPECT_THAT(axes[1].numbers, ElementsAre(-2, 0.5, 9, 10));
}

TEST(DrawnAxes, LeavesOutAKeyWithOneFinishedValue) {
  Results results = sweep_of({{"a.x", {"1", "2"}}, {"a.y", {"1", "2"}}});
  results.runs.resize(2);  // x = 1 only
  const auto axes = drawn_axes(results);
  ASSERT_EQ(axes.size(), 1u);
  EXPECT_EQ(axes[0].key, "a.y");
  EXPECT_EQ(axes[0].index, 1u);
}

TEST(DrawnAxes, NamesAreShortWhereTheyAreUnique) {
  const auto axes = drawn_axes(sweep_of({{"download.bits", {"2", "4"}},
                                         {"upload.bits", {"2", "4"}},
                                         {"federation.noniid", {"0", "1"}},
                                         {"model.name", {"cnn", "mlp"}}}));
  std::vector<std::string> found;
  for (const DrawnAxis& axis : axes) found.push_back(axis.name);
  EXPECT_THAT(found, ElementsAre("download.bits", "upload.bits", "noniid", "model"));
}

TEST(GroupRuns, FollowsTheValuesAndKeepsSeedsTogether) {
  const Results results = testing::grid_sweep();
  const auto groups = group_runs(all_runs(results), drawn_axes(results));
  EXPECT_THAT(names(groups), ElementsAre("noniid 0, bits 2", "noniid 0, bits 8", "noniid 0.4, bits 2",
                                         "noniid 0.4, bits 8", "noniid 1, bits 2", "noniid 1, bits 8"));
  for (const RunGroup& group : groups) {
    ASSERT_EQ(group.runs.size(), 2u);
    EXPECT_EQ(group.runs[0]->seed, 1u);
    EXPECT_EQ(group.runs[0]->values, group.runs[1]->values);
  }
}

TEST(Panels, HoldASingleRunAndSeedsWithoutKeys) {
  Results results = testing::single_run();
  EXPECT_THAT(names(panels_of(results).at(0).lines), ElementsAre("seed 7"));
  results.runs.push_back(results.runs[0]);
  EXPECT_THAT(names(panels_of(results).at(0).lines), ElementsAre("all runs"));
}

TEST(Panels, AreOneWhileTheLinesFit) {
  const auto found = panels_of(sweep_of({{"a.x", counted(4)}, {"a.y", counted(2)}}));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].lines.size(), 8u);
  EXPECT_EQ(found[0].where, "");
}

TEST(Panels, OfTooManyLinesAreOneForEachValueOfTheShorterKey) {
  const Results results = sweep_of({{"a.x", counted(3)}, {"a.y", counted(5)}});
  const auto found = panels_of(results);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[1].where, "x 2");
  EXPECT_THAT(names(found[1].lines), ElementsAre("y 1", "y 2", "y 3", "y 4", "y 5"));
  for (const RunGroup& line : found[1].lines) EXPECT_EQ(line.runs.at(0)->values[0], "2");
}

TEST(Panels, CutALongKeyIntoEvenParts) {
  const auto found = panels_of(sweep_of({{"a.x", counted(18)}}));
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[2].where, "part 3 of 3");
  for (const Panel& panel : found) EXPECT_EQ(panel.lines.size(), 6u);
}

TEST(Panels, OfVeryManyCombinationsAreMeansByKey) {
  const auto found = panels_of(sweep_of({{"a.x", counted(5)}, {"a.y", counted(4)}, {"a.z", counted(4)}}));
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].where, "by x");
  EXPECT_EQ(found[0].lines.size(), 5u);
  EXPECT_EQ(found[0].lines[0].runs.size(), 16u);
  EXPECT_NE(found[0].note.find("80 combinations"), std::string::npos);
}

TEST(Panels, NeverHoldMoreLinesThanCanBeToldApartAndLoseNoRun) {
  for (std::size_t x = 2; x < 20; x += 3) {
    for (std::size_t y = 2; y < 20; y += 3) {
      const Results results = sweep_of({{"a.x", counted(x)}, {"a.y", counted(y, "v")}});
      std::set<const RunResult*> seen;
      for (const Panel& panel : panels_of(results)) {
        EXPECT_LE(panel.lines.size(), kLinesMax) << x << " by " << y;
        for (const RunGroup& line : panel.lines) seen.insert(line.runs.begin(), line.runs.end());
      }
      EXPECT_EQ(seen.size(), results.runs.size()) << x << " by " << y;
    }
  }
}

TEST(SpreadSentence, SaysHowManyRunsAPointHas) {
  Results results = testing::grid_sweep();
  const auto lines = [&] { return panels_of(results).at(0).lines; };
  EXPECT_EQ(spread_sentence(lines(), "band"),
            "Mean of 2 runs; the band is one standard deviation to either side.");
  results.runs.pop_back();
  EXPECT_EQ(spread_sentence(lines(), "band"),
            "Mean of 1 to 2 runs; the band is one standard deviation to either side.");
  EXPECT_EQ(spread_sentence(panels_of(testing::single_run()).at(0).lines, "band"), "");
}

}  // namespace
}  // namespace covey::simulator
