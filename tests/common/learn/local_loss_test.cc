// A step's loss is held to the same formula on batches that the test makes itself.
#include "common/learn/local_loss.h"

#include <gtest/gtest.h>

#include "common/learn/mixup.h"
#include "tests/common/learn/hand_made.h"

namespace covey::learn {
namespace {

using testing::PixelModel;
using testing::striped_images;
using torch::nn::functional::cross_entropy;

class LocalLossTest : public ::testing::Test {
 protected:
  LocalLossTest() {
    setup_ = testing::small_setup();
    setup_.experiment.training.labels = "round";
  }

  LocalLoss loss() { return {setup_, task_, *objective_, samples_, labeller_, model_}; }

  Stream stream(Purpose purpose) const { return {setup_.experiment.seed, stream_id(purpose, task_)}; }

  /// Batches of both views, as a step should get them.
  std::unique_ptr<BatchPipeline> twin(const Samples& samples, std::size_t batch, Drawing drawing,
                                      Purpose order, Purpose augment) const {
    const config::Training& training = setup_.experiment.training;
    PipelineOptions o;
    o.samples = &samples;
    o.steps = 3;
    o.batch = batch;
    o.drawing = drawing;
    o.weak = true;
    o.strong = true;
    o.spec = &setup_.spec;
    o.views = {training.flip, training.cutout, training.cutout_fill, training.crop};
    return std::make_unique<BatchPipeline>(o, stream(order), stream(augment));
  }

  TrainingSetup setup_;
  data::SampleSet images_ = striped_images(24);
  LocalTask task_{2, 0, 1, "consistency", nullptr};
  std::unique_ptr<Objective> objective_ = *make_objective("consistency", data::DataSpec{});
  RoundSamples samples_{{}, {&images_, {3, 7, 11, 0, 15}, {2, 1, 0, 2, 1}}, {}, 0.25};
  PseudoLabeller labeller_{setup_.experiment.training, 3};
  PixelModel model_;
  nn::DrawContext draws_{stream(Purpose::kDropout), 0};
};

TEST_F(LocalLossTest, FitsTheStrongViewToGivenLabelsAtTheirWeight) {
  const auto twin =
      this->twin(samples_.fitted, 4, Drawing::kShuffled, Purpose::kDataOrder, Purpose::kAugment);
  LocalLoss loss = this->loss();
  EXPECT_EQ(loss.steps(), 3u);
  EXPECT_EQ(loss.images_per_step(), 4u);
  for (std::size_t step = 0; step < loss.steps(); ++step) {
    const Batch batch = twin->next();
    const torch::Tensor expected = cross_entropy(batch.strong.flatten(1), batch.labels) * 0.25;
    EXPECT_TRUE(torch::equal(loss.next(draws_), expected)) << step;
  }
}

TEST_F(LocalLossTest, CutoutIsFilledAsAskedFor) {
  setup_.experiment.training.cutout_fill = "zero";
  const auto twin =
      this->twin(samples_.fitted, 4, Drawing::kShuffled, Purpose::kDataOrder, Purpose::kAugment);
  const Batch batch = twin->next();
  EXPECT_TRUE(torch::equal(loss().next(draws_), cross_entropy(batch.strong.flatten(1), batch.labels) * 0.25));
}

TEST_F(LocalLossTest, ViewsAreShiftedAsFarAsAskedFor) {
  const auto first_loss = [this] { return loss().next(draws_).item<double>(); };
  setup_.experiment.training.cutout = 0;
  const double usual = first_loss();
  setup_.experiment.training.crop = 0;
  EXPECT_NE(first_loss(), usual);
}

TEST_F(LocalLossTest, MixupAddsTheMixtureWithAnyImage) {
  setup_.experiment.training.mixup = 0.75;
  samples_.any = all_samples(images_);
  const auto fix = twin(samples_.fitted, 4, Drawing::kShuffled, Purpose::kDataOrder, Purpose::kAugment);
  const auto mix = twin(samples_.any, 4, Drawing::kWithReplacement, Purpose::kMixOrder, Purpose::kMixAugment);
  LocalLoss loss = this->loss();
  for (std::size_t step = 0; step < loss.steps(); ++step) {
    const Batch a = fix->next();
    const Batch b = mix->next();
    const double share = mixing_share(0.75, Sequence(stream(Purpose::kMixup), step));
    const torch::Tensor x = (a.weak * share + b.weak * (1 - share)).flatten(1);
    const torch::Tensor mixture =
        cross_entropy(x, a.labels) * share + cross_entropy(x, b.labels) * (1 - share);
    const torch::Tensor expected = (cross_entropy(a.strong.flatten(1), a.labels) + mixture) * 0.25;
    EXPECT_NEAR(loss.next(draws_).item<double>(), expected.item<double>(), 1e-6) << step;
  }
  EXPECT_EQ(model_.calls, (std::vector<PixelModel::Call>(3, {8, true}))) << "one forward a step";
}

TEST_F(LocalLossTest, WithFewConfidentImagesThePartnersAreAsFew) {
  setup_.experiment.training.mixup = 0.75;
  samples_.fitted.indices.resize(2);
  samples_.fitted.labels.resize(2);
  samples_.any = all_samples(images_);
  loss().next(draws_);
  EXPECT_EQ(model_.calls, (std::vector<PixelModel::Call>{{4, true}}));
}

TEST_F(LocalLossTest, AUsersOwnLabelsAddTheirCrossEntropyAtFullWeight) {
  samples_.labelled = {&images_, {1, 4, 8}, {1, 1, 2}};
  const auto fit = twin(samples_.fitted, 4, Drawing::kShuffled, Purpose::kDataOrder, Purpose::kAugment);
  const auto own =
      twin(samples_.labelled, 4, Drawing::kShuffled, Purpose::kLabelledOrder, Purpose::kLabelledAugment);
  LocalLoss loss = this->loss();
  EXPECT_EQ(loss.images_per_step(), 7u);
  for (std::size_t step = 0; step < loss.steps(); ++step) {
    const Batch a = fit->next();
    const Batch b = own->next();
    const torch::Tensor expected =
        cross_entropy(a.strong.flatten(1), a.labels) * 0.25 + cross_entropy(b.weak.flatten(1), b.labels);
    EXPECT_TRUE(torch::equal(loss.next(draws_), expected)) << step;
    EXPECT_EQ(draws_.invocation, 3 + step) << "dropout of its own";
  }
}

TEST_F(LocalLossTest, WithoutAConfidentImageAUsersOwnLabelsAreLeft) {
  samples_.fitted.indices.clear();
  samples_.fitted.labels.clear();
  samples_.labelled = {&images_, {1, 4, 8}, {1, 1, 2}};
  const auto own =
      twin(samples_.labelled, 4, Drawing::kShuffled, Purpose::kLabelledOrder, Purpose::kLabelledAugment);
  LocalLoss loss = this->loss();
  EXPECT_EQ(loss.images_per_step(), 3u);
  const Batch batch = own->next();
  EXPECT_TRUE(torch::equal(loss.next(draws_), cross_entropy(batch.weak.flatten(1), batch.labels)));
}

TEST_F(LocalLossTest, WithMovingLabelsTheUnlabelledPartIsPlainConsistency) {
  setup_.experiment.training.labels = "moving";
  samples_.fitted.labels.clear();
  samples_.labelled = {&images_, {1, 4, 8}, {1, 1, 2}};
  samples_.weight = 1;
  const auto fit = twin(samples_.fitted, 4, Drawing::kShuffled, Purpose::kDataOrder, Purpose::kAugment);
  const auto own =
      twin(samples_.labelled, 4, Drawing::kShuffled, Purpose::kLabelledOrder, Purpose::kLabelledAugment);
  const Batch a = fit->next();
  const Batch b = own->next();
  PseudoLabeller twins_labeller(setup_.experiment.training, 64);
  // The label comes from the weak view for the strong one, never from the strong view itself.
  const PseudoLabels labels = twins_labeller.label_moving(a.weak.flatten(1));
  const torch::Tensor expected =
      masked_cross_entropy(a.strong.flatten(1), labels) + cross_entropy(b.weak.flatten(1), b.labels);
  labeller_ = PseudoLabeller(setup_.experiment.training, 64);
  EXPECT_NEAR(loss().next(draws_).item<double>(), expected.item<double>(), 1e-6);
}

TEST_F(LocalLossTest, SharpnessAddsTheTermOfTheSureImages) {
  setup_.experiment.training.sharpness = 0.1;
  samples_.fitted.sure = {1, 0, 0, 1, 1};
  const auto twin =
      this->twin(samples_.fitted, 4, Drawing::kShuffled, Purpose::kDataOrder, Purpose::kAugment);
  LocalLoss loss = this->loss();
  Sharpness sharpness(model_, 0.1);
  for (std::size_t step = 0; step < loss.steps(); ++step) {
    const Batch batch = twin->next();
    EXPECT_TRUE(batch.sure.eq(0).any().item<bool>() && batch.sure.eq(1).any().item<bool>());
    const torch::Tensor logits = model_.forward(batch.strong);
    const torch::Tensor term = sharpness.loss(batch.strong, logits, batch.labels, batch.sure);
    const torch::Tensor expected = (cross_entropy(logits, batch.labels) + term) * 0.25;
    EXPECT_GT(term.item<float>(), 0);
    EXPECT_TRUE(torch::equal(loss.next(draws_), expected)) << step;
  }
}

}  // namespace
}  // namespace covey::learn
