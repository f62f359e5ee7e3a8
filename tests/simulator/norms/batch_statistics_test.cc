#include "simulator/norms/batch_statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "common/data/text/texts.h"
#include "common/learn/local_trainer.h"
#include "tests/common/learn/hand_made.h"

namespace covey::simulator {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<learn::LocalTrainer> trainer_of(const std::string& model, const std::string& norm) {
  learn::TrainingSetup setup = learn::testing::small_setup();
  setup.experiment.model.name = model;
  setup.experiment.model.norm = norm;
  return *learn::LocalTrainer::make(setup);
}

auto statistics(learn::LocalTrainer& trainer, std::size_t batch) {
  return batch_statistics(trainer.model(), learn::testing::striped_images(40), trainer.setup().spec, 3, batch,
                          1);
}

TEST(BatchStatistics, NameEveryNormLayerInOrder) {
  const auto trainer = trainer_of("cnn", "group");
  const auto found = *statistics(*trainer, 8);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].layer, "norm1");
  EXPECT_EQ(found[2].layer, "norm3");
  for (const NormDeviations& layer : found) {
    EXPECT_GT(layer.deviations.mean, 0) << layer.layer;
    EXPECT_GT(layer.deviations.variance, 0) << layer.layer;
    EXPECT_GT(layer.deviations.square, 0) << layer.layer;
  }
}

TEST(BatchStatistics, OfAllSamplesAtOnceDoNotMove) {
  const auto trainer = trainer_of("cnn", "batch");
  const auto found = *statistics(*trainer, 40);
  for (const NormDeviations& layer : found) {
    EXPECT_LT(layer.deviations.mean, 1e-5) << layer.layer;
    EXPECT_LT(layer.deviations.variance, 1e-5) << layer.layer;
    EXPECT_LT(layer.deviations.square, 1e-5) << layer.layer;
  }
}

TEST(BatchStatistics, KnowTheUsesOfALayerApart) {
  const auto trainer = trainer_of("anode-resnet4", "batch");
  const auto found = *statistics(*trainer, 8);
  ASSERT_EQ(found.size(), 5u);
  EXPECT_EQ(found[1].layer, "block.norm1 use 1");
  EXPECT_EQ(found[3].layer, "block.norm1 use 2");
}

TEST(BatchStatistics, SeeNoPaddingOfTexts) {
  const data::Vocabulary vocabulary = *data::Vocabulary::of_words({"a", "dog", "runs"});
  data::SampleSet texts;
  for (const char* text : {"a", "dog runs", "a dog", "a dog runs", "runs", "dog", "a runs", "runs a dog"})
    texts.texts.push_back(text);
  texts.labels.assign(texts.texts.size(), 0);
  data::encode_texts(vocabulary, 6, texts);
  learn::TrainingSetup setup = learn::testing::small_setup();
  setup.experiment.model.name = "transformer";
  setup.experiment.model.norm = "layer";
  setup.spec.format = texts.format;
  setup.spec.normalisation = {};
  setup.spec.vocabulary = vocabulary.words();
  const auto trainer = *learn::LocalTrainer::make(setup);
  const auto before = *batch_statistics(trainer->model(), texts, setup.spec, 3, 4, 1);
  ASSERT_EQ(before.size(), 5u) << "two of each of two layers, and a last one";
  {
    const torch::NoGradGuard no_grad;
    trainer->model().named_parameters()["embedding.weight"][data::kPadding].fill_(100);
  }
  const auto after = *batch_statistics(trainer->model(), texts, setup.spec, 3, 4, 1);
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_GT(before[i].deviations.mean, 0) << before[i].layer;
    EXPECT_EQ(before[i].deviations.mean, after[i].deviations.mean) << before[i].layer;
    EXPECT_EQ(before[i].deviations.square, after[i].deviations.square) << before[i].layer;
  }
}

TEST(BatchStatistics, RefuseBatchesOfMoreThanAll) {
  const auto trainer = trainer_of("cnn", "group");
  EXPECT_THAT(statistics(*trainer, 41).status().message(), HasSubstr("--batch: 41"));
}

TEST(BatchStatistics, RefuseValuesThatAreNotFinite) {
  const auto trainer = trainer_of("cnn", "group");
  {
    const torch::NoGradGuard no_grad;
    trainer->model().parameters().front().fill_(std::numeric_limits<float>::infinity());
  }
  EXPECT_THAT(statistics(*trainer, 8).status().message(), HasSubstr("not finite"));
}

}  // namespace
}  // namespace covey::simulator
