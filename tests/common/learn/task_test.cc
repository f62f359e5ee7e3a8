#include "common/learn/task.h"
#include "common/base/text_shape.h"

#include <gmock/gmock.h>

#include <cmath>

#include "common/learn/labelled_loss.h"
#include "common/nn/state.h"
#include "tests/common/learn/hand_made.h"

namespace covey::learn {
namespace {

using ::testing::HasSubstr;

data::DataSpec language_spec() {
  data::DataSpec spec;
  spec.format = TextShape{4};
  spec.vocabulary = {"a", "b"};
  spec.task = "next-word";
  return spec;
}

TEST(Task, ClassificationIsCrossEntropyOfTheLabels) {
  const auto task = task_of(data::DataSpec{});
  EXPECT_EQ(task->answers(), Answers::kLabels);
  const torch::Tensor logits = torch::tensor({1.0, 3.0, 2.0, 0.0}).view({2, 2});
  const torch::Tensor labels = torch::tensor({1, 1}, torch::kInt64);
  const double first = std::log(1 + std::exp(-2.0));
  const double second = std::log(1 + std::exp(2.0));
  EXPECT_NEAR(task->loss(logits, {}, labels).item<double>(), (first + second) / 2, 1e-6);
  const Score score = task->score(logits, {}, labels);
  EXPECT_EQ(score.right, 1);
  EXPECT_EQ(score.answers, 2);
  EXPECT_NEAR(score.loss, first + second, 1e-6);
}

TEST(Task, NextWordJudgesEveryWordAfterTheFirst) {
  const auto task = task_of(language_spec());
  EXPECT_EQ(task->answers(), Answers::kSamples);
  // Texts of three words, of two and of one; logits are 2 for one word and 0 for the three others.
  const torch::Tensor texts = torch::tensor({2, 3, 2, 3, 2, 0, 3, 0, 0}, torch::kFloat32).view({3, 3});
  torch::Tensor logits = torch::zeros({3, 3, 4});
  logits[0][0][3] = 2;  // right
  logits[0][1][3] = 2;  // wrong: 2 follows
  logits[1][0][2] = 2;  // right
  logits[1][1][0] = 2;  // behind the end
  logits[2][0][1] = 2;  // no answer
  const double right = std::log(std::exp(2.0) + 3) - 2;
  const double wrong = std::log(std::exp(2.0) + 3);
  const Score score = task->score(logits, texts, {});
  EXPECT_EQ(score.right, 2);
  EXPECT_EQ(score.answers, 3);
  EXPECT_NEAR(score.loss, 2 * right + wrong, 1e-9);
  EXPECT_NEAR(task->loss(logits, texts, {}).item<double>(), ((right + wrong) / 2 + right + 0) / 3, 1e-6);
}

TEST(Task, NextWordTakesOutputsThatEndWithTheLongestText) {
  const auto task = task_of(language_spec());
  const torch::Tensor texts = torch::tensor({2, 3, 0, 0}, torch::kFloat32).view({1, 4});
  EXPECT_EQ(task->score(torch::zeros({1, 2, 4}), texts, {}).answers, 1);
  EXPECT_EQ(task->score(torch::zeros({1, 1, 4}), texts.slice(1, 0, 1), {}).answers, 0);
}

/// A language of two words, with texts of four.
TrainingSetup language_setup() {
  TrainingSetup setup = testing::small_setup();
  const int classes = setup.spec.classes;
  setup.spec = language_spec();
  setup.spec.classes = classes;
  setup.experiment.model.name = "transformer";
  setup.experiment.model.norm = "layer";
  return setup;
}

TEST(Task, WithoutClassesNothingCanBeGuessed) {
  TrainingSetup setup = language_setup();
  EXPECT_THAT(LocalTrainer::make(setup).status().message(), HasSubstr("allowed: supervised"));
  setup.experiment.training.objective = "supervised";
  EXPECT_TRUE(LocalTrainer::make(setup).ok());
  setup.spec.task = "chess";
  EXPECT_THAT(LocalTrainer::make(setup).status().message(), HasSubstr("classification, next-word"));
  setup = testing::small_setup();
  setup.spec.task = "next-word";
  EXPECT_THAT(LocalTrainer::make(setup).status().message(), HasSubstr("is one of texts"));
}

TEST(Task, UsersTrainOnTextsWithoutLabels) {
  TrainingSetup setup = language_setup();
  setup.experiment.training.objective = "supervised";
  setup.experiment.federation.period = 40;
  data::SampleSet texts;
  texts.format = setup.spec.format;
  for (int i = 0; i < 8; ++i) {
    for (const int word : {2, 3, 2, 3}) {
      texts.bytes.push_back(static_cast<std::uint8_t>(word));
      texts.bytes.push_back(0);
    }
    texts.labels.push_back(data::kNoLabel);
  }
  Samples samples = all_samples(texts);
  samples.labels.clear();
  const auto trainer = *LocalTrainer::make(setup);
  Values values = nn::read_values(trainer->model(), trainer->layout());
  Values state;
  const auto report = trainer->train({1, 0, 1, "supervised", &samples}, values, state);
  ASSERT_TRUE(report.ok()) << report.status().message();
  trainer->model().eval();
  const auto loss = labelled_loss(trainer->model(), samples, setup.spec, torch::kCPU, 3);
  EXPECT_EQ(loss.samples, (std::vector<double>{3, 3, 2}));
  EXPECT_LT(loss.evaluate(0).item<double>(), 0.2) << "it has learnt what follows";
}

}  // namespace
}  // namespace covey::learn
