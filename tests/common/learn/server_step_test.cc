#include "common/learn/server_step.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/learn/local_trainer.h"
#include "common/nn/state.h"
#include "tests/common/learn/hand_made.h"
#include "tests/support/models.h"

namespace covey::learn {
namespace {

using covey::testing::buffer;
using covey::testing::layout_of;
using covey::testing::parameter;

config::Experiment adahessian_steps() {
  config::Experiment experiment;
  experiment.averaging.server_optimizer = "adahessian";
  experiment.training.lr = 0.1;
  experiment.training.schedule = "constant";
  experiment.training.weight_decay = 0;
  return experiment;
}

TEST(ServerStep, UpdatesCarryACurvatureForEveryParameter) {
  const Layout exchanged = layout_of({parameter("a", {2}), buffer("m", {3}), parameter("b", {1})});
  const Layout update = update_layout(exchanged, adahessian_steps());
  ASSERT_EQ(update.tensors().size(), 5u);
  EXPECT_EQ(update.tensors()[2].name, "curvature.a");
  EXPECT_TRUE(update_layout(exchanged, config::Experiment()) == exchanged);
  // In order of name: a, b, m.
  const Values values =
      measured_update(exchanged, exchanged, update, {1, 2, 3, 4, 5, 6}, {10, 20, 30, 0, 0, 0});
  EXPECT_EQ(values, (Values{1, 2, 3, 10, 20, 30, 4, 5, 6}));
}

TEST(ServerStep, FirstStepDividesByTheMeanOfTheCurvature) {
  const Layout exchanged = layout_of({parameter("a", {2}), buffer("m", {1})});
  const config::Experiment experiment = adahessian_steps();
  const Layout update = update_layout(exchanged, experiment);
  Values model = {1, 1, 7};
  Values state;
  // Gradient (0.5, -2), curvature (4, -0.5), and a buffer that became 7.25. At the first step both moments
  // are what was measured: w - 0.1 g / (|D| + 1e-4).
  const Values measured = measured_update(exchanged, exchanged, update, {0.5f, -2, 7.25f}, {4, -0.5f, 0});
  ASSERT_TRUE(server_step(experiment, 0, exchanged, update, measured, model, state).ok());
  EXPECT_NEAR(model[0], 1 - 0.1 * 0.5 / 4.0001, 1e-6);
  EXPECT_NEAR(model[1], 1 + 0.1 * 2 / 0.5001, 1e-6);
  EXPECT_EQ(model[2], 7.25f);
  EXPECT_FALSE(state.empty());
  // Curvature of two users that cancels out is none: absolute values are taken of the mean.
  Values other = {1, 1, 7};
  Values fresh;
  const Values one = measured_update(exchanged, exchanged, update, {0.5f, -2, 7}, {4, -0.5f, 0});
  const Values two = measured_update(exchanged, exchanged, update, {0.5f, -2, 7}, {-4, 0.5f, 0});
  Values cancelled(one.size());
  for (std::size_t i = 0; i < one.size(); ++i) cancelled[i] = (one[i] + two[i]) / 2;
  ASSERT_TRUE(server_step(experiment, 0, exchanged, update, cancelled, other, fresh).ok());
  EXPECT_LT(other[0], 1 - 0.1 * 0.5 / 4.0001 - 1);
}

TEST(ServerStep, MomentsGoOnFromRoundToRound) {
  const Layout exchanged = layout_of({parameter("a", {1})});
  const config::Experiment experiment = adahessian_steps();
  const Layout update = update_layout(exchanged, experiment);
  Values model = {1};
  Values state;
  const Values push = measured_update(exchanged, exchanged, update, {1}, {1});
  const Values nothing = measured_update(exchanged, exchanged, update, {0}, {1});
  ASSERT_TRUE(server_step(experiment, 0, exchanged, update, push, model, state).ok());
  const float after = model[0];
  ASSERT_TRUE(server_step(experiment, 1, exchanged, update, nothing, model, state).ok());
  EXPECT_LT(model[0], after) << "momentum carries on";
  Values wrong = {1, 2, 3, 4, 5, 6, 7};
  EXPECT_EQ(server_step(experiment, 1, exchanged, update, push, model, wrong).code(), Code::kCorrupt);
}

class MeasureTest : public ::testing::Test {
 protected:
  void SetUp() override {
    setup_.experiment.averaging.server_optimizer = "adahessian";
    setup_.experiment.federation.period = 1;
    setup_.experiment.training.batch = 24;
    trainer_ = *LocalTrainer::make(setup_);
    start_ = nn::read_values(trainer_->model(), trainer_->layout());
  }

  TrainingSetup setup_ = testing::small_setup();
  data::SampleSet images_ = testing::striped_images(24);
  Samples samples_ = all_samples(images_);
  std::unique_ptr<LocalTrainer> trainer_;
  Values start_;
};

TEST_F(MeasureTest, TheGradientIsTheOneThatPlainStepsTake) {
  Values gradient = start_;
  Values diagonal;
  const LocalTask task{0, 0, 1, "supervised", &samples_};
  const auto report = trainer_->measure(task, gradient, diagonal);
  ASSERT_TRUE(report.ok()) << report.status().message();
  EXPECT_EQ(report->images, 24u);

  TrainingSetup plain = setup_;
  plain.experiment.training.momentum = 0;
  plain.experiment.training.nesterov = false;
  plain.experiment.training.weight_decay = 0;
  plain.experiment.training.lr = 0.5;
  Values after = start_;
  Values optimizer;
  ASSERT_TRUE((*LocalTrainer::make(plain))->train(task, after, optimizer).ok());
  float largest = 0;
  for (std::size_t i = 0; i < start_.size(); ++i) {
    EXPECT_NEAR(start_[i] - 0.5f * gradient[i], after[i], 1e-5f);
    largest = std::max(largest, std::abs(gradient[i]));
  }
  EXPECT_GT(largest, 0.01f);
}

TEST_F(MeasureTest, ProbesAreTheSameForEverybody) {
  // Two members with the same images, whose views differ by their draws only; without augmentation of the
  // supervised weak view's shifts the sum over all images would be equal. The signs z show in z * Hz of a
  // quadratic part: members differ less than rounds do.
  Values first = start_;
  Values second = start_;
  Values first_diagonal;
  Values second_diagonal;
  ASSERT_TRUE(trainer_->measure({0, 0, 1, "supervised", &samples_}, first, first_diagonal).ok());
  ASSERT_TRUE(trainer_->measure({0, 0, 2, "supervised", &samples_}, second, second_diagonal).ok());
  Values later = start_;
  Values later_diagonal;
  ASSERT_TRUE(trainer_->measure({1, 0, 1, "supervised", &samples_}, later, later_diagonal).ok());
  const auto distance = [](const Values& a, const Values& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += std::pow(static_cast<double>(a[i] - b[i]), 2);
    return sum;
  };
  EXPECT_LT(distance(first_diagonal, second_diagonal), distance(first_diagonal, later_diagonal) / 2);
}

}  // namespace
}  // namespace covey::learn
