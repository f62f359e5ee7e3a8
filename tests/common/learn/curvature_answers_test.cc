#include "common/learn/curvature_answers.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/nn/state.h"
#include "tests/common/learn/hand_made.h"

namespace covey::learn {
namespace {

using testing::small_setup;
using testing::striped_images;

class CurvatureAnswersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    setup_.experiment.curvature.every = 1;
    trainer_ = *LocalTrainer::make(setup_);
    values_ = nn::read_values(trainer_->model(), trainer_->layout());
  }

  Result<CurvatureAnswers> answer(const Samples& samples, std::uint32_t entity, const char* objective,
                                  const CurvatureQuestion& question = {3, 0}) {
    return answer_curvature(*trainer_, {2, 0, entity, objective, &samples}, values_, question);
  }

  /// Samples `first` to `last` - 1 of all.
  Samples part(std::size_t first, std::size_t last) const {
    Samples samples = all_samples(images_);
    samples.indices = {samples.indices.begin() + static_cast<std::ptrdiff_t>(first),
                       samples.indices.begin() + static_cast<std::ptrdiff_t>(last)};
    samples.labels = {samples.labels.begin() + static_cast<std::ptrdiff_t>(first),
                      samples.labels.begin() + static_cast<std::ptrdiff_t>(last)};
    return samples;
  }

  TrainingSetup setup_ = small_setup();
  data::SampleSet images_ = striped_images(24);
  std::unique_ptr<LocalTrainer> trainer_;
  Values values_;
};

TEST_F(CurvatureAnswersTest, OfTwoMembersAverageToThoseOfTheirDataTogether) {
  const auto few = answer(part(0, 6), 1, "supervised");
  const auto many = answer(part(6, 24), 2, "supervised");
  const auto all = answer(part(0, 24), kServerEntity, "supervised");
  ASSERT_TRUE(few.ok() && many.ok() && all.ok());
  EXPECT_EQ(few->samples, 6u);
  ASSERT_EQ(all->values.size(), 3 * parameter_names(trainer_->layout()).size());
  double largest = 0;
  for (std::size_t i = 0; i < all->values.size(); ++i) {
    largest = std::max(largest, std::abs(all->values[i]));
    EXPECT_NEAR((6 * few->values[i] + 18 * many->values[i]) / 24, all->values[i],
                1e-5 * std::abs(all->values[i]) + 1e-5);
  }
  EXPECT_GT(largest, 0.01) << "else the comparison says nothing";
}

TEST_F(CurvatureAnswersTest, AreOfTheUnroundedNetworkWhichStaysRoundedInTraining) {
  const Samples samples = part(0, 24);
  const auto of_unrounded = answer(samples, 1, "supervised");
  torch::NoGradGuard no_grad;
  const torch::Tensor x = torch::sin(torch::arange(4 * 64, torch::kFloat32)).view({4, 1, 8, 8});
  const torch::Tensor unrounded = trainer_->model().forward(x);

  for (const char* mode : {"activations", "fqt"}) {
    setup_.experiment.fqt.mode = mode;
    setup_.experiment.fqt.activation_bits = 3;
    setup_.experiment.curvature.every = 0;
    const auto measures_nothing = *LocalTrainer::make(setup_);
    const torch::Tensor rounded = measures_nothing->model().forward(x);
    setup_.experiment.curvature.every = 1;
    trainer_ = *LocalTrainer::make(setup_);
    // The group norm for second derivatives differs in the last bits, which move single values by a step.
    EXPECT_TRUE(torch::allclose(trainer_->model().forward(x), rounded, 1e-3, 1e-3)) << mode;
    EXPECT_FALSE(torch::allclose(rounded, unrounded, 1e-2, 1e-2)) << mode;
    const auto of_rounded = answer(samples, 1, "supervised");
    ASSERT_TRUE(of_rounded.ok()) << of_rounded.status().message();
    EXPECT_EQ(of_rounded->values, of_unrounded->values) << mode;
    EXPECT_TRUE(torch::allclose(trainer_->model().forward(x), rounded, 1e-3, 1e-3)) << mode << " afterwards";
  }
}

TEST_F(CurvatureAnswersTest, AreThoseOfTheRoundsProbes) {
  const Samples samples = part(0, 24);
  const auto here = answer(samples, 1, "supervised");
  const auto there = answer(samples, 7, "supervised");
  ASSERT_TRUE(here.ok() && there.ok());
  EXPECT_EQ(here->values, there->values) << "the same probes for everybody";
  const auto later = answer_curvature(*trainer_, {3, 0, 1, "supervised", &samples}, values_, {3, 0});
  EXPECT_NE(here->values, later->values) << "others in every round";
  const auto more = answer(samples, 1, "supervised", {4, 0});
  EXPECT_TRUE(std::equal(here->values.begin(), here->values.end(), more->values.begin()));
}

TEST_F(CurvatureAnswersTest, AreOfAsManySamplesAsAskedFor) {
  const auto first = answer(part(0, 6), 1, "supervised");
  const auto asked = answer(part(0, 24), 1, "supervised", {3, 6});
  ASSERT_TRUE(first.ok() && asked.ok());
  EXPECT_EQ(asked->samples, 6u);
  EXPECT_EQ(asked->values, first->values);
  const auto fewer = answer(part(0, 4), 1, "supervised", {3, 6});
  ASSERT_TRUE(fewer.ok());
  EXPECT_EQ(fewer->samples, 4u);
}

TEST_F(CurvatureAnswersTest, AreOfTrueLabelsBeforeGuessedOnes) {
  const auto of_labelled = answer(part(20, 24), 1, "supervised");
  setup_.experiment.federation.labels_at = "users";
  setup_.experiment.training.threshold = 0;
  SetUp();
  Samples samples = part(0, 24);
  std::fill_n(samples.labels.begin(), 20, data::kNoLabel);
  const auto asked = answer(samples, 1, "consistency", {3, 4});
  ASSERT_TRUE(of_labelled.ok() && asked.ok()) << asked.status().message();
  EXPECT_EQ(asked->values, of_labelled->values);
}

TEST_F(CurvatureAnswersTest, WithoutAConfidentImageThereAreNone) {
  setup_.experiment.training.threshold = 1;
  SetUp();
  const auto answers = answer(part(0, 24), 1, "consistency");
  ASSERT_TRUE(answers.ok()) << answers.status().message();
  EXPECT_EQ(answers->samples, 0u);
  EXPECT_TRUE(answers->values.empty());
}

TEST_F(CurvatureAnswersTest, UnlabelledImagesCountWithTheirPseudoLabels) {
  setup_.experiment.training.threshold = 0;  // every image is confident
  setup_.experiment.training.labels = "moving";
  SetUp();
  const auto answers = answer(part(0, 24), 1, "consistency");
  ASSERT_TRUE(answers.ok()) << answers.status().message();
  EXPECT_EQ(answers->samples, 24u);
}

}  // namespace
}  // namespace covey::learn
