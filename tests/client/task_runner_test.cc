// A device's task: what its update holds, and what error feedback keeps from one round to the next.

#include "client/task_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/nn/state.h"
#include "common/quant/container.h"
#include "common/quant/registry.h"
#include "tests/common/learn/hand_made.h"

namespace covey::client {
namespace {

using learn::MemberState;

class TaskRunnerTest : public ::testing::Test {
 protected:
  TaskRunnerTest() {
    setup_.experiment.model.name = "mlp";
    trainer_ = *learn::LocalTrainer::make(setup_);
    Values values = nn::read_values(trainer_->model(), trainer_->layout());
    model_ = *quant::encode_model(**quant::make_codec("fp32", {}), trainer_->layout(), values, {});
  }

  /// The task of user 2 from the initial model.
  TaskResult run(std::uint32_t round, const MemberState& state = {}) {
    auto result = run_task(*trainer_, setup_.experiment, {round, 0, UserId{2}}, model_, samples_, state);
    EXPECT_TRUE(result.ok()) << result.status().message();
    return result.ok() ? *std::move(result) : TaskResult{};
  }
  Values sent(const TaskResult& result) const {
    const auto view = quant::ContainerView::parse(result.update, trainer_->layout());
    EXPECT_TRUE(view.ok()) << view.status().message();
    return view->decode();
  }
  /// What the round's training changed.
  Values trained(std::uint32_t round) {
    const config::Upload upload = std::exchange(setup_.experiment.upload, {});
    setup_.experiment.upload.codec = "fp32";
    const Values change = sent(run(round));
    setup_.experiment.upload = upload;
    return change;
  }
  void use_feedback(const std::string& codec) {
    setup_.experiment.upload.codec = codec;
    setup_.experiment.upload.error_feedback = true;
  }

  learn::TrainingSetup setup_ = learn::testing::small_setup();
  data::SampleSet images_ = learn::testing::striped_images(24);
  learn::Samples samples_ = learn::all_samples(images_);
  std::unique_ptr<learn::LocalTrainer> trainer_;
  Bytes model_;
};

TEST_F(TaskRunnerTest, KeepsNothingWithoutFeedback) {
  EXPECT_TRUE(run(1).tentative.empty());
}

TEST_F(TaskRunnerTest, KeepsWhatTheCodecLeftOut) {
  use_feedback("topk");
  const TaskResult result = run(4);
  const learn::Residual& residual = result.tentative.residual;
  EXPECT_EQ(residual.round, 4u);
  EXPECT_EQ(residual.codec, "topk");
  EXPECT_EQ(residual.bits, 8);
  const Values change = trained(4);
  const Values decoded = sent(result);
  ASSERT_EQ(residual.values.size(), change.size());
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < change.size(); ++i) {
    EXPECT_EQ(residual.values[i], change[i] - decoded[i]);
    left_out += residual.values[i] != 0 ? 1 : 0;
  }
  EXPECT_GT(left_out, change.size() / 2);
}

// Codec by codec: what was sent in five rounds and what is left add up to what was trained.
TEST_F(TaskRunnerTest, LosesNothingFromRoundToRound) {
  for (const std::string codec : {"topk", "qsgd", "eden", "ptq"}) {
    use_feedback(codec);
    setup_.experiment.upload.bits = 2;
    MemberState state;
    Values difference(trainer_->layout().value_count(), 0.0f);
    for (std::uint32_t round = 1; round <= 5; ++round) {
      const TaskResult result = run(round, state);
      const Values change = trained(round);
      const Values decoded = sent(result);
      for (std::size_t i = 0; i < difference.size(); ++i) difference[i] += change[i] - decoded[i];
      state = result.tentative;
    }
    for (std::size_t i = 0; i < difference.size(); ++i)
      ASSERT_NEAR(difference[i], state.residual.values[i], 1e-5) << codec << " " << i;
  }
}

TEST_F(TaskRunnerTest, DropsWhatIsTooOld) {
  use_feedback("ptq");
  MemberState state;
  state.residual = {Values(trainer_->layout().value_count(), 0.25f), 1, "ptq", 8};
  EXPECT_NE(run(11, state).update, run(11).update);
  EXPECT_EQ(run(12, state).update, run(12).update);
}

TEST_F(TaskRunnerTest, KeepsTheResidualOfAnEarlierRoundWhereThereIsNothingToReport) {
  setup_.experiment.training.labels = "round";
  setup_.experiment.training.threshold = 1.0;
  trainer_ = *learn::LocalTrainer::make(setup_);
  use_feedback("topk");
  MemberState state;
  state.residual = {Values(trainer_->layout().value_count(), 0.25f), 1, "topk", 8};
  const TaskResult result = run(3, state);
  ASSERT_TRUE(result.nothing_to_report);
  EXPECT_EQ(result.tentative.residual.values, state.residual.values);
  EXPECT_EQ(result.tentative.residual.round, 1u);
}

}  // namespace
}  // namespace covey::client
