// Phrase grounding: its task, its objective, and both learning on generated data.
#include <gmock/gmock.h>

#include "common/base/image_shape.h"
#include "common/base/region_shape.h"
#include "common/data/readers/readers.h"
#include "common/learn/evaluate.h"
#include "common/learn/local_trainer.h"
#include "common/learn/objectives/contrastive.h"
#include "common/learn/task.h"
#include "common/nn/state.h"
#include "tests/support/grounding_golden.h"

namespace covey::learn {
namespace {

using covey::testing::GroundingGolden;
using covey::testing::tensor_of;
using ::testing::HasSubstr;

data::DataSpec spec_of(const RegionShape& shape) {
  data::DataSpec spec;
  spec.format = shape;
  spec.task = "phrase-grounding";
  spec.classes = 2;
  return spec;
}

TEST(Contrastive, GivesTheRecordedScoresLossAndGradients) {
  const GroundingGolden golden;
  const auto model = golden.model();
  const torch::Tensor samples = golden.samples();
  const torch::Tensor scores = caption_scores(model->forward(samples), samples, golden.shape());
  const nlohmann::json& masked = golden.json().at("masked");
  EXPECT_TRUE(torch::allclose(scores, tensor_of(masked.at("logits")), 1e-12, 1e-12));

  const auto objective = *make_objective("contrastive", spec_of(golden.shape()));
  PseudoLabeller labeller({}, 2);
  Batch batch;
  batch.weak = samples;
  const torch::Tensor loss = objective->unlabelled_loss(*model, batch, labeller);
  EXPECT_NEAR(loss.item<double>(), masked.at("loss").get<double>(), 1e-12);
  loss.backward();
  auto parameters = model->named_parameters();
  auto names = GroundingGolden::recorded_names();
  names.emplace_back("embedding.weight", "wv.weight");
  for (const auto& [name, recorded] : names) {
    EXPECT_TRUE(
        torch::allclose(parameters[name].grad(), tensor_of(masked.at("grads").at(recorded)), 1e-12, 1e-12))
        << name;
  }
}

TEST(Contrastive, CopiesOfAnImageAreNoNegatives) {
  const GroundingGolden golden;
  torch::Tensor samples = golden.samples();
  samples.slice(1, 0, 1).copy_(torch::tensor({7.0, 3.0, 7.0, 2.0}).view({4, 1}));  // 0 and 2 show the same
  const auto model = golden.model();
  const torch::Tensor scores = caption_scores(model->forward(samples), samples, golden.shape());
  const torch::Tensor left_out = scores.lt(-1e8);
  EXPECT_EQ(left_out.sum().item<int>(), 2);
  EXPECT_TRUE(left_out[0][2].item<bool>() && left_out[2][0].item<bool>());
}

TEST(Contrastive, IsForRegionsAndTheirTaskForContrastiveUsers) {
  EXPECT_THAT(make_objective("contrastive", {}).status().message(), HasSubstr("classification, has none"));
  const data::DataSpec spec = spec_of({2, 2, 1, 1, false});
  EXPECT_THAT(make_objective("consistency", spec).status().message(), HasSubstr("allowed: contrastive"));
  EXPECT_TRUE(make_objective("supervised", spec).ok());
  data::DataSpec images;
  images.task = "phrase-grounding";  // as a changed dataset.json may say
  images.format = ImageShape{1, 8, 8};
  EXPECT_THAT(make_task(images).status().message(), HasSubstr("regions with captions"));
  EXPECT_THAT(make_objective("contrastive", images).status().message(), HasSubstr("regions with captions"));
}

/// An image of two regions (of one feature) and two phrases whose vectors are given as outputs.
TEST(PhraseGrounding, JudgesThePhrasesOfWhichTheAnswerIsKnown) {
  const RegionShape shape{2, 1, 2, 1, false};
  const auto task = task_of(spec_of(shape));
  EXPECT_EQ(task->answers(), Answers::kAnnotated);
  // image | features | region words | phrase words | answered | positives
  const auto row = [](std::vector<float> answered, std::vector<float> positives, float second_region) {
    std::vector<float> all{0, 0, 0, 1, second_region, 2, 3};
    all.insert(all.end(), answered.begin(), answered.end());
    all.insert(all.end(), positives.begin(), positives.end());
    return torch::tensor(all).view({1, -1});
  };
  // Phrase 0 has relevance 2 and 0 to the regions, phrase 1 has 0 and 0.
  const torch::Tensor outputs =
      torch::tensor({2.0f, 0.0f, 0.0f, 0.0f, 1.0f, 0.0f, 0.0f, 0.0f}).view({1, 4, 2});
  const double near = std::log(1 + std::exp(-2.0));
  Score score = task->score(outputs, row({1, 1}, {1, 0, 0, 1}, 1), {});
  EXPECT_EQ(score.right, 1) << "of equal ones the first is chosen, and the second was meant";
  EXPECT_EQ(score.answers, 2);
  EXPECT_NEAR(score.loss, near + std::log(2.0), 1e-6);
  EXPECT_NEAR(task->loss(outputs, row({1, 1}, {1, 0, 0, 1}, 1), {}).item<double>(),
              (near + std::log(2.0)) / 2, 1e-6);
  EXPECT_NEAR(task->loss(outputs, row({1, 1}, {1, 0, 1, 1}, 1), {}).item<double>(), near / 2, 1e-6)
      << "both may be meant";
  score = task->score(outputs, row({1, 0}, {0, 0, 0, 0}, 1), {});
  EXPECT_EQ(score.right, 0) << "none of the regions is meant";
  EXPECT_EQ(score.answers, 1);
  EXPECT_EQ(score.loss, 0);
  EXPECT_EQ(task->loss(outputs, row({0, 0}, {0, 0, 0, 0}, 1), {}).item<double>(), 0);
  EXPECT_NEAR(task->score(outputs, row({0, 1}, {0, 0, 1, 0}, 0), {}).loss, 0, 1e-6)
      << "the only region there";
}

/// Generated data and a trainer on it.
class GeneratedGrounding : public ::testing::Test {
 protected:
  void make(const config::Data& data) {
    dataset_ = *data::generate_grounding(data, 1);
    dataset_.format = dataset_.train.format;
    TrainingSetup setup;
    setup.spec = dataset_;
    setup.experiment.model.name = "grounding";
    setup.experiment.model.norm = "none";
    setup.experiment.model.width = 32;
    setup.experiment.training.objective = "contrastive";
    setup.experiment.training.optimizer = "adam";
    setup.experiment.training.lr = 0.01;
    setup.experiment.training.batch = 32;
    setup.experiment.training.weight_decay = 0;
    setup.experiment.federation.period = 300;
    setup.experiment.federation.rounds = 1;
    auto made = LocalTrainer::make(setup);
    ASSERT_TRUE(made.ok()) << made.status().message();
    trainer_ = *std::move(made);
  }
  double accuracy() { return evaluate(trainer_->model(), dataset_.test, dataset_, torch::kCPU).accuracy; }
  void train(const std::string& objective) {
    Samples samples = data_of_a_user();
    Values values = nn::read_values(trainer_->model(), trainer_->layout());
    Values state;
    const auto report = trainer_->train({0, 0, 1, objective, &samples}, values, state);
    ASSERT_TRUE(report.ok()) << report.status().message();
    EXPECT_EQ(report->mask_rate, 1);
    EXPECT_TRUE(report->pseudo_labels.empty());
  }
  Samples data_of_a_user() const {
    Samples samples = all_samples(dataset_.train);
    samples.labels.clear();
    return samples;
  }

  data::Dataset dataset_;
  std::unique_ptr<LocalTrainer> trainer_;
};

TEST_F(GeneratedGrounding, IsLearntFromCaptionsAlone) {
  config::Data data;
  data.grounding_train = 2000;
  data.grounding_test = 400;
  make(data);
  EXPECT_NEAR(accuracy(), 0.25, 0.05) << "before training: one region in four";
  train("contrastive");
  EXPECT_GE(accuracy(), 0.99);
}

TEST_F(GeneratedGrounding, CannotBeLearntFromCaptionsOfOtherImages) {
  config::Data data;
  data.grounding_train = 2000;
  data.grounding_test = 400;
  data.grounding_shuffled = true;
  make(data);
  train("contrastive");
  // Chance is 0.25 over models; one of them has a guess for each of twenty classes, so spreads by 0.06.
  EXPECT_LT(accuracy(), 0.5);
}

TEST_F(GeneratedGrounding, NamesOfRegionsAreEnoughToBeginWith) {
  config::Data data;
  data.grounding_names = 1;
  data.grounding_train = 100;
  data.grounding_test = 400;
  data.grounding_fillers = 2;
  make(data);
  EXPECT_GE(accuracy(), 0.95) << "the unsupervised variant: no step was made";
}

TEST_F(GeneratedGrounding, CurvatureOfUsersNeedsLabels) {
  config::Data data;
  data.grounding_train = 100;
  data.grounding_test = 40;
  make(data);
  TrainingSetup setup = trainer_->setup();
  setup.experiment.curvature.every = 1;
  setup.experiment.curvature.from = "users";
  EXPECT_THAT(LocalTrainer::make(setup).status().message(), HasSubstr("allowed: server, optimizer"));
  setup.experiment.curvature.every = 0;
  setup.experiment.training.sharpness = 0.1;
  EXPECT_THAT(LocalTrainer::make(setup).status().message(), HasSubstr("training.sharpness"));
}

}  // namespace
}  // namespace covey::learn
