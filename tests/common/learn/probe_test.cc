#include "common/learn/probe.h"

#include <gtest/gtest.h>

#include "tests/common/learn/hand_made.h"

namespace covey::learn {
namespace {

Result<Digest> probe(const TrainingSetup& setup) {
  const auto trainer = LocalTrainer::make(setup);
  return numeric_probe(**trainer, setup);
}

TEST(NumericProbe, IsTheSameOnOneMachineAndDependsOnTheExperiment) {
  const TrainingSetup setup = testing::small_setup();
  const auto first = probe(setup);
  ASSERT_TRUE(first.ok()) << first.status().message();
  EXPECT_EQ(*first, *probe(setup));
  TrainingSetup other = setup;
  ++other.experiment.seed;
  EXPECT_NE(*first, *probe(other));
}

TEST(NumericProbe, TakesItsOwnStepsAndBatch) {
  TrainingSetup setup = testing::small_setup();
  const auto first = probe(setup);
  setup.experiment.federation.period = 0;
  setup.experiment.training.batch = 99;
  EXPECT_EQ(*first, *probe(setup));
}

}  // namespace
}  // namespace covey::learn
