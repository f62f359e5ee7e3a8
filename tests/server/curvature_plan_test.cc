#include "server/curvature_plan.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/models.h"

namespace covey::server {
namespace {

using covey::testing::layout_of;
using covey::testing::parameter;
using covey::testing::uniform_values;

config::Experiment planned(const char* from) {
  config::Experiment experiment;
  experiment.download.codec = "hawq";
  experiment.download.plan_every = 3;
  experiment.federation.warmup_rounds = 2;
  experiment.federation.rounds = 12;
  experiment.curvature.from = from;
  return experiment;
}

/// One character a round: p plans (and measures), m measures, - neither.
std::string rounds(const config::Experiment& experiment) {
  std::string text;
  WidthsInForce widths;
  for (std::uint32_t round = 0; round < experiment.federation.rounds; ++round) {
    const bool plans = plans_widths(experiment, round, widths);
    const bool measures = measures_curvature(experiment, round, widths);
    EXPECT_TRUE(measures || !plans);
    text += plans ? 'p' : measures ? 'm' : '-';
    if (plans) widths.planned_in = round;
  }
  return text;
}

TEST(CurvaturePlan, ServersPlanForTheFirstRoundThatSendsAndThenAsOftenAsAsked) {
  EXPECT_EQ(rounds(planned("server")), "-p--p--p--p-");
}

TEST(CurvaturePlan, UsersAreAskedFromTheirFirstRoundOn) {
  EXPECT_EQ(rounds(planned("users")), "--p--p--p---");
}

TEST(CurvaturePlan, WhatTheOptimiserMeasuresIsKeptEveryRound) {
  EXPECT_EQ(rounds(planned("optimizer")), "mpmmpmmpmmpm");
}

/// Of the steps first .. last - 1, those in which the optimiser measures.
std::int64_t measured_steps(std::int64_t first, std::int64_t last, std::int64_t hessian_period) {
  std::int64_t count = 0;
  for (std::int64_t step = first; step < last; ++step) count += step % hessian_period == 0;
  return count;
}

TEST(CurvaturePlan, WhatTheOptimiserMeasuresIsPlannedFromTenStepsOn) {
  config::Experiment experiment = planned("optimizer");
  experiment.federation.rounds = 500;
  for (const std::int64_t period : {1, 2, 6, 8, 10, 32}) {
    for (const std::int64_t hessian_period : {1, 3, 4, 5, 40}) {
      experiment.federation.period = period;
      experiment.training.hessian_period = hessian_period;
      const auto first = static_cast<std::int64_t>(rounds(experiment).find('p'));
      const auto window = static_cast<std::int64_t>(rounds_of_a_free_plan(experiment));
      EXPECT_GE(window, 3);
      for (const std::int64_t last : {first, first + 1, first + 2, first + 100}) {
        const std::int64_t from = std::max<std::int64_t>(0, last - window + 1);
        EXPECT_GE(measured_steps(from * period, (last + 1) * period, hessian_period), 10)
            << period << " " << hessian_period << " " << last;
      }
      if (first > 1) {  // the first round that sends is 1
        EXPECT_LE(measured_steps(0, first * period, hessian_period), 10);
      }
    }
  }
}

TEST(CurvaturePlan, ARunTooShortForAPlanOfTheOptimiserIsRefused) {
  config::Experiment experiment = planned("optimizer");
  experiment.federation.period = 2;
  const Layout layout = layout_of({parameter("a", {8, 4})});
  experiment.federation.rounds = 5;  // in which ten steps are measured, and no round is left
  EXPECT_EQ(
      check_plans(experiment, layout, 100).message(),
      "curvature.from: a plan from what the optimiser measures needs 10 measured steps, which take 5 of "
      "federation.rounds = 5, allowed: fewer than all, by more rounds, a larger federation.period or a "
      "smaller training.hessian_period; or server, users");
  experiment.federation.rounds = 6;
  EXPECT_TRUE(check_plans(experiment, layout, 100).ok());
  experiment.curvature.from = "server";
  experiment.federation.rounds = 1;
  EXPECT_TRUE(check_plans(experiment, layout, 100).ok());
}

TEST(CurvaturePlan, MeasuresForItsOwnSakeWithoutPlans) {
  config::Experiment experiment = planned("users");
  experiment.download.codec = "ptq";
  EXPECT_EQ(rounds(experiment), "------------");
  experiment.curvature.every = 2;
  EXPECT_EQ(rounds(experiment), "---m-m-m-m-m");
}

TEST(CurvaturePlan, MembersWeighByTheirSamples) {
  // Two probes of two tensors.
  const std::vector<double> few = {10, 100, 14, 104};
  const std::vector<double> many = {2, 20, 2, 28};
  const auto traces = combine({{1, few}, {3, many}}, {"a", "b"});
  ASSERT_EQ(traces.size(), 2u);
  EXPECT_EQ(traces[0].tensor, "a");
  EXPECT_DOUBLE_EQ(traces[0].trace, (4 + 5) / 2.0);
  EXPECT_DOUBLE_EQ(traces[0].standard_error, 0.5);
  EXPECT_DOUBLE_EQ(traces[1].trace, (40 + 47) / 2.0);
  EXPECT_DOUBLE_EQ(traces[1].standard_error, 3.5);
  EXPECT_TRUE(combine({}, {"a", "b"}).empty());
}

TEST(CurvaturePlan, OneProbeHasNoStandardError) {
  const std::vector<double> answers = {3};
  const auto traces = combine({{1, answers}}, {"a"});
  EXPECT_EQ(traces[0].trace, 3);
  EXPECT_TRUE(std::isnan(traces[0].standard_error));
}

TEST(CurvaturePlan, RoundsCountAlike) {
  const auto means = mean_of({{{"a", 1, 9}, {"b", 2, 9}}, {{"a", 3, 9}, {"b", 8, 9}}});
  EXPECT_EQ(means[0].trace, 2);
  EXPECT_EQ(means[1].trace, 5);
}

TEST(CurvaturePlan, CurvedTensorsGetMoreBitsWithinTheMean) {
  const Layout layout = layout_of({parameter("a", {16, 32}), parameter("b", {16}), parameter("c", {16, 32})});
  config::Download download;
  download.mean_bits = 4.5;
  EXPECT_EQ(first_plan(download, layout)->bits, (std::map<std::string, int>{{"a", 4}, {"c", 4}}));
  const Values model = uniform_values(layout.value_count(), -1, 1, 1);
  const auto plan = plan_widths(download, layout, model, {{"a", 1, 0}, {"b", 1e9, 0}, {"c", 1000, 0}});
  ASSERT_TRUE(plan.ok()) << plan.status().message();
  EXPECT_GT(plan->bits.at("c"), plan->bits.at("a"));
  EXPECT_LE(plan->bits.at("a") + plan->bits.at("c"), 9);
  EXPECT_FALSE(plan_widths(download, layout, model, {{"a", 1, 0}}).ok()) << "c has no trace";
}

TEST(CurvaturePlan, ByteBudgetsCountEverythingThatIsSent) {
  const Layout layout = layout_of(
      {parameter("a", {16, 320}), parameter("b", {16}), parameter("c", {16, 320}), parameter("d", {8, 96})});
  const Values model = uniform_values(layout.value_count(), -1, 1, 1);
  const double fp32 = static_cast<double>(layout.value_count()) * 4;
  config::Download download;
  const auto sent = [&](const plan::BitPlan& plan) {
    return static_cast<double>(
        quant::encode_model(**plan::codec_of(plan, layout), layout, model, {})->size());
  };
  for (const double ratio : {0.1, 0.14, 0.2}) {
    download.size_ratio = ratio;
    const auto first = first_plan(download, layout);
    ASSERT_TRUE(first.ok()) << first.status().message();
    EXPECT_LE(sent(*first), ratio * fp32);
    const auto plan =
        plan_widths(download, layout, model, {{"a", 1, 0}, {"b", 1, 0}, {"c", 1000, 0}, {"d", 10, 0}});
    ASSERT_TRUE(plan.ok()) << plan.status().message();
    EXPECT_LE(sent(*plan), ratio * fp32);
    EXPECT_GT(sent(*plan), 0.9 * ratio * fp32) << "what is allowed is used";
    plan::BitPlan wider = *plan;
    ++wider.bits["d"];
    EXPECT_TRUE(plan->bits.at("d") == 8 || sent(wider) > ratio * fp32 || plan->bits.at("c") == 8) << ratio;
  }
  download.size_ratio = 0.01;
  EXPECT_NE(first_plan(download, layout).status().message().find("download.size_ratio"), std::string::npos);
}

}  // namespace
}  // namespace covey::server
