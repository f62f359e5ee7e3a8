#include "common/learn/local_trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/learn/evaluate.h"
#include "common/nn/state.h"
#include "tests/common/learn/hand_made.h"

namespace covey::learn {
namespace {

using ::testing::HasSubstr;
using testing::small_setup;
using testing::striped_images;

class LocalTrainerTest : public ::testing::Test {
 protected:
  /// Trains from the initial model on a fresh replica, unless `trainer` brings one.
  Result<LocalReport> train(const LocalTask& task, LocalTrainer* trainer = nullptr) {
    const auto fresh = *LocalTrainer::make(setup_);
    values_ = initial(*fresh);
    return (trainer == nullptr ? *fresh : *trainer).train(task, values_, optimizer_state_);
  }

  static Values initial(LocalTrainer& trainer) { return nn::read_values(trainer.model(), trainer.layout()); }

  LocalTask task(const std::string& objective, std::uint32_t entity = 1) const {
    return {2, 0, entity, objective, &samples_};
  }

  TrainingSetup setup_ = small_setup();
  data::SampleSet images_ = striped_images(24);
  Samples samples_ = all_samples(images_);
  Values values_;
  Values optimizer_state_;
};

TEST_F(LocalTrainerTest, ReportsWhatItDid) {
  const auto report = train(task("supervised"));
  ASSERT_TRUE(report.ok()) << report.status().message();
  EXPECT_EQ(report->images, 12u);
  EXPECT_EQ(report->mask_rate, 1);
  EXPECT_TRUE(report->pseudo_labels.empty());
  EXPECT_EQ(report->confidence, 0);
  EXPECT_GT(report->loss, 0);
  EXPECT_FALSE(report->nothing_to_report);
  EXPECT_EQ(optimizer_state_.size(), values_.size()) << "momentum of every parameter";
}

TEST_F(LocalTrainerTest, LearnsItsLabels) {
  setup_.experiment.federation.period = 60;
  const auto trainer = *LocalTrainer::make(setup_);
  ASSERT_TRUE(train(task("supervised"), trainer.get()).ok());
  EXPECT_GT(evaluate(trainer->model(), images_, setup_.spec, torch::kCPU).accuracy, 0.9);
}

TEST_F(LocalTrainerTest, TheResultDoesNotDependOnWhatTheReplicaDidBefore) {
  for (const char* norm : {"group", "batch"}) {
    setup_.experiment.model.norm = norm;
    ASSERT_TRUE(train(task("consistency", 5)).ok());
    const Values expected = values_;
    const auto trainer = *LocalTrainer::make(setup_);
    optimizer_state_.clear();
    ASSERT_TRUE(train(task("supervised", 6), trainer.get()).ok());
    optimizer_state_.clear();
    ASSERT_TRUE(train(task("consistency", 5), trainer.get()).ok());
    EXPECT_EQ(values_, expected) << norm;
    optimizer_state_.clear();
  }
}

TEST_F(LocalTrainerTest, EveryPartOfTheTaskIdKeysTheDraws) {
  const auto result = [this](std::uint32_t round, std::uint32_t attempt, std::uint32_t entity) {
    optimizer_state_.clear();
    EXPECT_TRUE(train({round, attempt, entity, "consistency", &samples_}).ok());
    return values_;
  };
  const Values base = result(2, 0, 1);
  EXPECT_NE(result(3, 0, 1), base);
  EXPECT_NE(result(2, 1, 1), base);
  EXPECT_NE(result(2, 0, 2), base);
}

TEST_F(LocalTrainerTest, DropoutGetsItsDraws) {
  setup_.experiment.model.name = "emnist";
  ASSERT_TRUE(train(task("self-training")).ok());
  const Values first = values_;
  optimizer_state_.clear();
  ASSERT_TRUE(train(task("self-training")).ok());
  EXPECT_EQ(values_, first);
}

TEST_F(LocalTrainerTest, QuantisedGradientsGetTheirDraws) {
  setup_.experiment.fqt.mode = "fqt";
  setup_.experiment.fqt.gradient_bits = 4;
  const auto result = [this](std::uint32_t round, std::uint32_t attempt, std::uint32_t entity) {
    optimizer_state_.clear();
    const auto report = train({round, attempt, entity, "consistency", &samples_});
    EXPECT_TRUE(report.ok()) << report.status().message();
    return values_;
  };
  const Values base = result(2, 0, 1);
  EXPECT_EQ(result(2, 0, 1), base);
  for (const std::string quantiser : {"ptq", "psq"}) {
    setup_.experiment.fqt.gradient_quantiser = quantiser;
    EXPECT_NE(result(2, 0, 1), base);
  }
  setup_.experiment.fqt.mode = "qat";
  const Values exact = result(2, 0, 1);
  EXPECT_NE(exact, base);
  setup_.experiment.fqt.gradient_quantiser = "bhq";
  EXPECT_EQ(result(2, 0, 1), exact) << "no gradient is quantised";
}

// Black images of one class look the same in any order and view: only the rounding of gradients can differ.
TEST_F(LocalTrainerTest, EveryPartOfTheTaskIdKeysTheRoundingOfGradients) {
  setup_.experiment.fqt.gradient_bits = 2;
  std::fill(images_.bytes.begin(), images_.bytes.end(), std::uint8_t{0});
  std::fill(samples_.labels.begin(), samples_.labels.end(), 0);
  struct Id {
    std::uint32_t round, attempt, entity;
  };
  const auto results = [this](const std::string& mode) {
    setup_.experiment.fqt.mode = mode;
    std::vector<Values> all;
    for (const Id& id : {Id{2, 0, 1}, Id{3, 0, 1}, Id{2, 1, 1}, Id{2, 0, 2}, Id{2, 0, kServerEntity}}) {
      optimizer_state_.clear();
      EXPECT_TRUE(train({id.round, id.attempt, id.entity, "supervised", &samples_, 1}).ok());
      all.push_back(values_);
    }
    return all;
  };
  const auto exact = results("qat");
  const auto rounded = results("fqt");
  for (std::size_t i = 1; i < exact.size(); ++i) {
    EXPECT_EQ(exact[i], exact[0]) << i;
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(rounded[i], rounded[j]) << i << j;
  }
}

TEST_F(LocalTrainerTest, QuantisedGradientsGoWithWhatElseUsesThem) {
  setup_.experiment.fqt.mode = "fqt";
  setup_.experiment.training.labels = "round";
  setup_.experiment.training.mixup = 0.75;
  setup_.experiment.training.sharpness = 0.1;
  ASSERT_TRUE(train(task("consistency")).ok());
  const Values first = values_;
  optimizer_state_.clear();
  ASSERT_TRUE(train(task("consistency")).ok());
  EXPECT_EQ(values_, first);
}

TEST_F(LocalTrainerTest, AMaskedBatchHasQuantisedGradientsOfZero) {
  setup_.experiment.federation.period = 1;
  setup_.experiment.training.threshold = 2;  // nothing reaches it
  setup_.experiment.training.weight_decay = 0;
  const Values start = initial(**LocalTrainer::make(setup_));
  for (const char* quantiser : {"ptq", "psq", "bhq"}) {
    setup_.experiment.fqt.mode = "fqt";
    setup_.experiment.fqt.gradient_quantiser = quantiser;
    optimizer_state_.clear();
    ASSERT_TRUE(train(task("consistency")).ok());
    EXPECT_EQ(values_, start) << quantiser;
  }
}

TEST_F(LocalTrainerTest, MakeNamesTheLayersThatCanBeExempt) {
  setup_.experiment.fqt.exempt = {"conv9"};
  EXPECT_EQ(LocalTrainer::make(setup_).status().message(),
            "fqt.exempt: the model has no layer \"conv9\", allowed: conv1, conv2, conv3, classifier");
}

TEST_F(LocalTrainerTest, AFullyMaskedBatchStillDecaysTheWeights) {
  setup_.experiment.federation.period = 1;
  setup_.experiment.training.threshold = 2;  // nothing reaches it
  setup_.experiment.training.weight_decay = 0.25;
  setup_.experiment.training.momentum = 0;
  setup_.experiment.training.nesterov = false;
  const Values start = initial(**LocalTrainer::make(setup_));
  const auto report = train(task("consistency"));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->loss, 0);
  EXPECT_EQ(report->mask_rate, 0);
  EXPECT_FALSE(report->nothing_to_report);
  for (std::size_t i = 0; i < start.size(); ++i) ASSERT_FLOAT_EQ(values_[i], start[i] * (1 - 0.1f * 0.25f));
}

TEST_F(LocalTrainerTest, APeriodOfZeroChangesNothing) {
  setup_.experiment.federation.period = 0;
  const Values start = initial(**LocalTrainer::make(setup_));
  for (const char* labels : {"moving", "round"}) {
    setup_.experiment.training.labels = labels;
    const auto report = train(task("consistency"));
    ASSERT_TRUE(report.ok()) << report.status().message();
    EXPECT_EQ(report->images, 0u);
    EXPECT_EQ(report->loss, 0);
    EXPECT_FALSE(report->nothing_to_report);
    EXPECT_EQ(values_, start);
  }
}

TEST_F(LocalTrainerTest, LabelsOncePerRoundKeepTheConfidentSamplesOnly) {
  setup_.experiment.training.labels = "round";
  setup_.experiment.training.weight_decay = 0;
  const auto labeller = *LocalTrainer::make(setup_);
  const torch::Tensor p =
      torch::softmax(eval_logits(labeller->model(), images_, samples_.indices, setup_.spec, torch::kCPU), 1);
  // A threshold with half of the samples on either side.
  setup_.experiment.training.threshold = std::get<0>(p.max(1)).median().item<double>();
  Samples confident{&images_, {}, {}};
  std::vector<std::uint32_t> per_class(3, 0);
  for (std::uint32_t i = 0; i < samples_.size(); ++i) {
    const auto [best, label] = p[i].max(0);
    if (best.item<float>() < static_cast<float>(setup_.experiment.training.threshold)) continue;
    confident.indices.push_back(i);
    confident.labels.push_back(label.item<std::int32_t>());
    ++per_class[static_cast<std::size_t>(label.item<std::int32_t>())];
  }
  ASSERT_GT(confident.size(), 8u);
  ASSERT_LT(confident.size(), 16u);

  const auto report = train(task("self-training"));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->pseudo_labels, per_class);
  const double share = static_cast<double>(confident.size()) / 24;
  EXPECT_EQ(report->mask_rate, share);
  EXPECT_NEAR(report->confidence, std::get<0>(p.max(1)).mean().item<double>(), 1e-6);
  // From there on it is supervised training on those samples with those labels, at that share of the loss.
  const Values self_trained = values_;
  optimizer_state_.clear();
  LocalTask twin = task("supervised");
  twin.samples = &confident;
  setup_.experiment.training.lr *= share;  // without weight decay the same as a smaller loss
  ASSERT_TRUE(train(twin).ok());
  for (std::size_t i = 0; i < values_.size(); ++i) ASSERT_NEAR(values_[i], self_trained[i], 1e-5) << i;
}

TEST_F(LocalTrainerTest, WithoutAConfidentSampleThereIsNothingToReport) {
  setup_.experiment.training.labels = "round";
  setup_.experiment.training.threshold = 2;
  const Values start = initial(**LocalTrainer::make(setup_));
  const auto report = train(task("consistency"));
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->nothing_to_report);
  EXPECT_EQ(report->images, 0u);
  EXPECT_GE(report->confidence, 1.0 / 3);
  EXPECT_EQ(report->pseudo_labels, (std::vector<std::uint32_t>{0, 0, 0}));
  EXPECT_EQ(values_, start);
}

TEST_F(LocalTrainerTest, ClippingBoundsTheStepOfUsersAndServer) {
  setup_.experiment.federation.period = 1;
  setup_.experiment.training.momentum = 0;
  setup_.experiment.training.nesterov = false;
  setup_.experiment.training.weight_decay = 0;
  setup_.experiment.training.clip_norm = 0.01;
  const Values start = initial(**LocalTrainer::make(setup_));
  for (const std::uint32_t entity : {1u, kServerEntity}) {
    ASSERT_TRUE(train(task("supervised", entity)).ok());
    double squares = 0;
    for (std::size_t i = 0; i < start.size(); ++i) squares += std::pow(values_[i] - start[i], 2);
    EXPECT_NEAR(std::sqrt(squares), 0.1 * 0.01, 1e-6) << "rate times norm";
  }
}

TEST_F(LocalTrainerTest, TheProximalTermHoldsUsersAndNotTheServer) {
  const auto trained = [this](std::uint32_t entity, double mu) {
    setup_.experiment.training.proximal = mu;
    optimizer_state_.clear();
    EXPECT_TRUE(train(task("supervised", entity)).ok());
    return values_;
  };
  EXPECT_EQ(trained(kServerEntity, 5), trained(kServerEntity, 0));
  const Values start = initial(**LocalTrainer::make(setup_));
  const auto distance = [&start](const Values& values) {
    double squares = 0;
    for (std::size_t i = 0; i < start.size(); ++i) squares += std::pow(values[i] - start[i], 2);
    return squares;
  };
  EXPECT_LT(distance(trained(1, 5)), distance(trained(1, 0)));
}

TEST_F(LocalTrainerTest, MixupTrainsOnMoreThanTheConfidentSamples) {
  setup_.experiment.training.labels = "round";
  const auto trained = [this](double mixup) {
    setup_.experiment.training.mixup = mixup;
    optimizer_state_.clear();
    EXPECT_TRUE(train(task("consistency")).ok());
    return values_;
  };
  const Values without = trained(0);
  const Values with = trained(0.75);
  EXPECT_NE(with, without);
  EXPECT_EQ(trained(0.75), with);
}

TEST_F(LocalTrainerTest, SharpnessActsOnWhatReachesTheThreshold) {
  setup_.experiment.training.labels = "round";
  setup_.experiment.training.threshold_rule = "adaptive";
  const auto trained = [this](double rho, double threshold) {
    setup_.experiment.training.sharpness = rho;
    setup_.experiment.training.threshold = threshold;
    optimizer_state_.clear();
    EXPECT_TRUE(train(task("consistency")).ok());
    return values_;
  };
  const Values without = trained(0, 0.34);
  const Values with = trained(0.1, 0.34);
  EXPECT_NE(with, without);
  EXPECT_EQ(trained(0.1, 0.34), with);
  EXPECT_EQ(trained(0.1, 1), without) << "nothing is sure";
}

TEST_F(LocalTrainerTest, UnlabelledObjectivesNeverLookAtLabels) {
  for (const char* labels : {"moving", "round"}) {
    setup_.experiment.training.labels = labels;
    optimizer_state_.clear();
    ASSERT_TRUE(train(task("consistency")).ok());
    const Values with_labels = values_;
    Samples stripped{&images_, samples_.indices, {}};
    LocalTask blind = task("consistency");
    blind.samples = &stripped;
    optimizer_state_.clear();
    ASSERT_TRUE(train(blind).ok());
    EXPECT_EQ(values_, with_labels);
  }
}

TEST_F(LocalTrainerTest, LabelledUsersTrainOnTheirLabelsToo) {
  setup_.experiment.federation.labels_at = "users";
  for (std::size_t i = 6; i < samples_.size(); ++i) samples_.labels[i] = data::kNoLabel;
  for (const char* labels : {"moving", "round"}) {
    setup_.experiment.training.labels = labels;
    optimizer_state_.clear();
    const auto report = train(task("consistency"));
    ASSERT_TRUE(report.ok()) << report.status().message();
    EXPECT_EQ(report->images, 24u) << "three steps of four with a label and four without";
    const Values with_labels = values_;
    std::swap(samples_.labels[0], samples_.labels[1]);
    optimizer_state_.clear();
    ASSERT_TRUE(train(task("consistency")).ok());
    EXPECT_NE(values_, with_labels) << "labels are used";
    std::swap(samples_.labels[0], samples_.labels[1]);
  }
  samples_.labels[2] = 3;
  EXPECT_EQ(train(task("consistency")).status().code(), Code::kInvalidArgument);
}

TEST_F(LocalTrainerTest, LabelledUsersReportEvenWithoutAConfidentSample) {
  setup_.experiment.federation.labels_at = "users";
  setup_.experiment.training.labels = "round";
  setup_.experiment.training.threshold = 2;
  for (std::size_t i = 6; i < samples_.size(); ++i) samples_.labels[i] = data::kNoLabel;
  const Values start = initial(**LocalTrainer::make(setup_));
  const auto report = train(task("consistency"));
  ASSERT_TRUE(report.ok());
  EXPECT_FALSE(report->nothing_to_report);
  EXPECT_EQ(report->mask_rate, 0);
  EXPECT_EQ(report->images, 12u);
  EXPECT_NE(values_, start);
}

TEST_F(LocalTrainerTest, AMemberWithFewerSamplesThanABatchUsesAllOfThem) {
  samples_.indices.resize(2);
  samples_.labels.resize(2);
  const auto report = train(task("supervised"));
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->images, 6u);
}

TEST_F(LocalTrainerTest, SupervisedTrainingWithoutLabelsIsRefused) {
  samples_.labels[5] = data::kNoLabel;
  EXPECT_EQ(train(task("supervised")).status().code(), Code::kInvalidArgument);
  samples_.labels[5] = 3;
  EXPECT_THAT(train(task("supervised")).status().message(), HasSubstr("not every sample has one in 0..2"));
  samples_.labels.clear();
  EXPECT_EQ(train(task("supervised")).status().code(), Code::kInvalidArgument);
}

TEST_F(LocalTrainerTest, DivergenceIsAStatus) {
  setup_.experiment.training.lr = 1e30;
  const auto in_the_loss = train(task("supervised"));
  EXPECT_EQ(in_the_loss.status().code(), Code::kInternal);
  EXPECT_THAT(in_the_loss.status().message(), HasSubstr("the training loss is not finite"));
  // The last step has no loss after it: the model tells.
  setup_.experiment.federation.period = 1;
  setup_.experiment.training.lr = 1e38;
  setup_.experiment.training.weight_decay = 1e6;
  const auto in_the_model = train(task("supervised"));
  EXPECT_EQ(in_the_model.status().code(), Code::kInternal);
  EXPECT_THAT(in_the_model.status().message(), HasSubstr("the model is no longer finite"));
}

TEST_F(LocalTrainerTest, AdaHessianLearnsItsLabels) {
  setup_.experiment.training.optimizer = "adahessian";
  setup_.experiment.training.lr = 0.05;
  setup_.experiment.federation.period = 60;
  const auto trainer = *LocalTrainer::make(setup_);
  const auto report = train(task("supervised"), trainer.get());
  ASSERT_TRUE(report.ok()) << report.status().message();
  EXPECT_GT(evaluate(trainer->model(), images_, setup_.spec, torch::kCPU).accuracy, 0.9);
}

TEST_F(LocalTrainerTest, AdaHessianTrainsOnEveryLoss) {
  setup_.experiment.training.optimizer = "adahessian";
  setup_.experiment.training.threshold = 0.1;
  for (const char* norm : {"group", "batch"}) {
    for (const bool with_terms : {false, true}) {
      setup_.experiment.model.norm = norm;
      setup_.experiment.training.labels = with_terms ? "round" : "moving";
      setup_.experiment.training.sharpness = with_terms ? 0.1 : 0;
      setup_.experiment.training.proximal = with_terms ? 0.5 : 0;
      setup_.experiment.training.clip_norm = with_terms ? 1 : 0;
      optimizer_state_.clear();
      const auto report = train(task("consistency"));
      ASSERT_TRUE(report.ok()) << norm << report.status().message();
      EXPECT_GT(optimizer_state_.size(), values_.size()) << "two moments of every parameter";
      const Values first = values_;
      optimizer_state_.clear();
      ASSERT_TRUE(train(task("consistency")).ok());
      EXPECT_EQ(values_, first) << "its probes are keyed";
    }
  }
}

TEST_F(LocalTrainerTest, AdaHessianRefusesLayersWithoutASecondDerivative) {
  setup_.experiment.training.optimizer = "adahessian";
  setup_.experiment.fqt.mode = "qat";
  const auto report = train(task("supervised"));
  EXPECT_THAT(report.status().message(), HasSubstr("no second derivative"));
}

TEST_F(LocalTrainerTest, StateOfAnotherModelIsRefused) {
  optimizer_state_ = {1, 2, 3};
  EXPECT_EQ(train(task("supervised")).status().code(), Code::kCorrupt);
}

TEST_F(LocalTrainerTest, MakeNamesWhatIsUnknown) {
  setup_.experiment.training.optimizer = "lion";
  EXPECT_EQ(LocalTrainer::make(setup_).status().message(),
            "unknown optimizer 'lion'; known: adahessian, adam, adamw, sgd");
}

}  // namespace
}  // namespace covey::learn
