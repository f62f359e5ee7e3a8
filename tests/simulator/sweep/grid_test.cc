#include "simulator/sweep/grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace covey::simulator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> values_of(const std::string& text) {
  const auto axis = parse_axis(text);
  EXPECT_TRUE(axis.ok()) << axis.status().message();
  return axis.ok() ? axis->values : std::vector<std::string>();
}

TEST(ParseAxis, TakesAListAsItIs) {
  EXPECT_EQ(parse_axis("federation.noniid=0,0.4,1")->key, "federation.noniid");
  EXPECT_THAT(values_of("federation.noniid=0,0.4,1"), ElementsAre("0", "0.4", "1"));
  EXPECT_THAT(values_of("training.labels=moving,round"), ElementsAre("moving", "round"));
  EXPECT_THAT(values_of("federation.period=8"), ElementsAre("8"));
  EXPECT_THAT(values_of("training.lr=1e+1,2"), ElementsAre("1e+1", "2"));
}

TEST(ParseAxis, CountsARangeInDecimals) {
  EXPECT_THAT(values_of("a.b=0:1:0.25"), ElementsAre("0", "0.25", "0.5", "0.75", "1"));
  EXPECT_THAT(values_of("a.b=0.1:0.4:0.1"), ElementsAre("0.1", "0.2", "0.3", "0.4"));
  EXPECT_THAT(values_of("a.b=2:32:10"), ElementsAre("2", "12", "22", "32"));
  EXPECT_THAT(values_of("a.b=1:6:2"), ElementsAre("1", "3", "5"));
  EXPECT_THAT(values_of("a.b=-1:1:1"), ElementsAre("-1", "0", "1"));
  EXPECT_THAT(values_of("a.b=-0.5:0.05:0.5"), ElementsAre("-0.5", "0"));
}

TEST(ParseAxis, RefusesWhatIsNoAxis) {
  for (const char* text :
       {"", "federation.noniid", "=1,2", "a.b=", "a.b=1,,2", "a.b=1,2,", "a.b=1,1", "a.b+c.d=1",
        "a.b+c.d=1+2+3", "a.b+c.d=1+2,1+2+3", "a.b+c.d=1+", "a.b=1:2:0", "a.b=2:1:1", "a.b=1:2:-1",
        "a.b=x:2:1", "a.b=1:2:", "a.b=0:1000:1", "a.b=0:1:0.0000000000000001"}) {
    const auto axis = parse_axis(text);
    EXPECT_EQ(axis.status().code(), Code::kInvalidArgument) << text;
    EXPECT_THAT(axis.status().message(), HasSubstr("--over")) << text;
  }
}

TEST(PlanRuns, CombinesAllValuesWithAllSeeds) {
  const std::vector<Axis> axes = {{"f.r", {"0", "1"}}, {"f.t", {"2", "8", "32"}}};
  const auto runs = *plan_runs(axes, 5, 2);
  ASSERT_EQ(runs.size(), 12u);
  EXPECT_EQ(runs[0], (PlannedRun{0, {"0", "2"}, 5}));
  EXPECT_EQ(runs[1], (PlannedRun{1, {"0", "2"}, 6}));
  EXPECT_EQ(runs[2], (PlannedRun{2, {"0", "8"}, 5}));
  EXPECT_EQ(runs[11], (PlannedRun{11, {"1", "32"}, 6}));
  EXPECT_THAT(overrides_of(axes, runs[11]), ElementsAre("f.r=1", "f.t=32", "seed=6"));
  EXPECT_EQ(name_of(axes, runs[11].values, 6), "f.r=1 f.t=32 seed=6");
}

TEST(PlanRuns, APlusInANumberJoinsNothing) {
  const Axis axis = *parse_axis("training.lr=1e+1,2");
  const auto runs = *plan_runs({axis}, 1, 1);
  EXPECT_THAT(overrides_of({axis}, runs[0]), ElementsAre("training.lr=1e+1", "seed=1"));
}

TEST(PlanRuns, OneCellWithoutAxes) {
  EXPECT_EQ(plan_runs({}, 1, 3)->size(), 3u);
}

TEST(PlanRuns, RefusesARepeatedKeySeedsAsAnAxisAndTooManyRuns) {
  EXPECT_EQ(plan_runs({{"a", {"1"}}, {"a", {"2"}}}, 1, 1).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(plan_runs({{"seed", {"1"}}}, 1, 1).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(plan_runs({}, 1, kPlannedRunsMax + 1).status().code(), Code::kInvalidArgument);
  const std::vector<std::string> many(kAxisValuesMax, "1");
  EXPECT_EQ(plan_runs({{"a", many}, {"b", many}}, 1, 1).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace covey::simulator
