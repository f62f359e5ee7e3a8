#include "common/learn/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace covey::learn {
namespace {

const double kPi = std::acos(-1.0);

std::unique_ptr<Schedule> schedule(const std::string& name, const config::Training& training = {}) {
  return (*schedule_registry().find(name))(training);
}

TEST(Schedule, CosineRunsThroughSevenSixteenths) {
  const auto cosine = schedule("cosine");
  EXPECT_EQ(cosine->factor(0, 100), 1);
  EXPECT_NEAR(cosine->factor(50, 100), std::cos(kPi * 7 / 32), 1e-12);
  EXPECT_NEAR(cosine->factor(100, 100), 0.19509032, 1e-8);
}

TEST(Schedule, PaperWarmsUpFromZeroAndMayRiseAgain) {
  config::Training training;
  training.schedule_warmup_steps = 10;
  training.schedule_cycles = 2.3;
  training.schedule_floor = 1e-4;
  const auto paper = schedule("paper", training);
  EXPECT_EQ(paper->factor(0, 110), 0);
  EXPECT_EQ(paper->factor(5, 110), 0.5);
  EXPECT_EQ(paper->factor(10, 110), 1);
  EXPECT_NEAR(paper->factor(20, 110), std::cos(kPi * 0.23), 1e-12);
  EXPECT_EQ(paper->factor(60, 110), 1e-4) << "the floor";
  EXPECT_NEAR(paper->factor(110, 110), std::cos(kPi * 0.3), 1e-12) << "rises again";
}

TEST(Schedule, PaperCanStretchOverAnotherNumberOfSteps) {
  config::Training training;
  training.schedule_total_steps = 200;
  training.schedule_cycles = 0.5;
  const auto paper = schedule("paper", training);
  EXPECT_EQ(paper->factor(0, 100), 1) << "without warm-up the first step has the full rate";
  EXPECT_NEAR(paper->factor(100, 100), std::cos(kPi / 4), 1e-12);
}

TEST(Schedule, ConstantIsOne) {
  EXPECT_EQ(schedule("constant")->factor(99, 100), 1);
}

TEST(BaseRate, FollowsTheOrderOfTheRound) {
  config::Experiment experiment;
  experiment.federation.communicating = 10;
  experiment.training.batch = 64;
  experiment.federation.order = "parallel";
  EXPECT_DOUBLE_EQ(base_rate(experiment), 0.165);
  experiment.federation.order = "alternate";
  EXPECT_DOUBLE_EQ(base_rate(experiment), 0.06);
  experiment.training.batch = 16;
  EXPECT_DOUBLE_EQ(base_rate(experiment), 0.015);
  experiment.federation.order = "parallel";
  experiment.federation.labels_at = "users";
  EXPECT_DOUBLE_EQ(base_rate(experiment), 0.015) << "no steps are diluted";
  experiment.training.lr = 0.5;
  EXPECT_DOUBLE_EQ(base_rate(experiment), 0.5);
}

}  // namespace
}  // namespace covey::learn
