#include "common/learn/rounded_weights.h"

#include <gtest/gtest.h>

#include "common/learn/local_trainer.h"
#include "common/nn/state.h"
#include "tests/common/learn/hand_made.h"

namespace covey::learn {
namespace {

using testing::small_setup;
using testing::striped_images;

Values read(LocalTrainer& trainer) {
  return nn::read_values(trainer.model(), trainer.layout());
}

Result<Values> halved(const Values& values) {
  Values half = values;
  for (float& value : half) value /= 2;
  return half;
}

Result<Values> same(const Values& values) {
  return values;
}

class RoundedWeightsTest : public ::testing::Test {
 protected:
  Result<LocalReport> train(const Rounding& rounding) {
    LocalTask task{0, 0, 1, "supervised", &samples_};
    task.rounding = rounding;
    values_ = read(**LocalTrainer::make(setup_));
    Values optimizer;
    return (*LocalTrainer::make(setup_))->train(task, values_, optimizer);
  }

  TrainingSetup setup_ = small_setup();
  data::SampleSet images_ = striped_images(24);
  Samples samples_ = all_samples(images_);
  Values values_;
};

TEST_F(RoundedWeightsTest, AreLentAndComeBack) {
  const auto trainer = *LocalTrainer::make(setup_);
  const Values before = read(*trainer);
  {
    const auto lent = round_weights(trainer->model(), trainer->layout(), halved);
    ASSERT_TRUE(lent.ok());
    EXPECT_EQ(read(*trainer), *halved(before));
  }
  EXPECT_EQ(read(*trainer), before);
}

TEST_F(RoundedWeightsTest, NothingIsLentWhereRoundingFails) {
  const auto trainer = *LocalTrainer::make(setup_);
  const Values before = read(*trainer);
  const auto failing = [](const Values&) -> Result<Values> { return internal_error("no"); };
  EXPECT_FALSE(round_weights(trainer->model(), trainer->layout(), failing).ok());
  EXPECT_EQ(read(*trainer), before);
  EXPECT_FALSE(train(failing).ok());
}

TEST_F(RoundedWeightsTest, RoundingThatChangesNothingChangesNothing) {
  for (const char* optimizer : {"sgd", "adahessian"}) {
    setup_.experiment.training.optimizer = optimizer;
    ASSERT_TRUE(train({}).ok());
    const Values plain = values_;
    ASSERT_TRUE(train(same).ok());
    EXPECT_EQ(values_, plain) << optimizer;
  }
}

TEST_F(RoundedWeightsTest, TheGradientThereChangesTheWeightsHere) {
  // One plain step: w - rate * gradient at r(w), however r came to be.
  setup_.experiment.federation.period = 1;
  setup_.experiment.training.momentum = 0;
  setup_.experiment.training.nesterov = false;
  setup_.experiment.training.weight_decay = 0;
  const Values start = read(**LocalTrainer::make(setup_));
  ASSERT_TRUE(train(halved).ok());
  const Values from_rounded = values_;

  Values there = *halved(start);
  LocalTask task{0, 0, 1, "supervised", &samples_};
  Values optimizer;
  ASSERT_TRUE((*LocalTrainer::make(setup_))->train(task, there, optimizer).ok());
  float moved = 0;
  for (std::size_t i = 0; i < start.size(); ++i) {
    EXPECT_NEAR(from_rounded[i] - start[i], there[i] - (*halved(start))[i], 1e-6f);
    moved = std::max(moved, std::abs(from_rounded[i] - start[i]));
  }
  EXPECT_GT(moved, 1e-4f);
}

}  // namespace
}  // namespace covey::learn
