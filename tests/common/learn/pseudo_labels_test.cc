#include "common/learn/pseudo_labels.h"

#include <gtest/gtest.h>

#include <cmath>

namespace covey::learn {
namespace {

config::Training pseudo_label_settings(double threshold, double alignment = 0) {
  config::Training training;
  training.threshold = threshold;
  training.alignment = alignment;
  return training;
}

/// Logits whose softmax is `probabilities` (two classes, N rows).
torch::Tensor logits_of(const std::vector<double>& first_class) {
  std::vector<double> p;
  for (const double q : first_class) p.insert(p.end(), {q, 1 - q});
  const auto rows = static_cast<std::int64_t>(first_class.size());
  return torch::tensor(p, torch::kFloat64).view({rows, 2}).log().to(torch::kFloat32);
}

std::vector<float> values(const torch::Tensor& tensor) {
  const torch::Tensor t = tensor.to(torch::kFloat32).contiguous();
  return {t.data_ptr<float>(), t.data_ptr<float>() + t.numel()};
}

TEST(PseudoLabels, CountFromTheThresholdOn) {
  PseudoLabeller labeller(pseudo_label_settings(0.95), 2);
  const PseudoLabels labels = labeller.label_moving(logits_of({0.94, 0.95, 0.96, 0.04}));
  EXPECT_EQ(values(labels.mask), (std::vector<float>{0, 1, 1, 1}));
  EXPECT_EQ(values(labels.labels), (std::vector<float>{0, 0, 0, 1}));
  EXPECT_TRUE(torch::equal(labels.sure, labels.mask));
}

TEST(PseudoLabels, RoundAndMovingAgreeWithoutAlignment) {
  PseudoLabeller labeller(pseudo_label_settings(0.95), 2);
  const torch::Tensor logits = logits_of({0.94, 0.96, 0.5, 0.01});
  const PseudoLabels moving = labeller.label_moving(logits);
  const PseudoLabels round = labeller.label_round(logits);
  EXPECT_TRUE(torch::equal(moving.mask, round.mask));
  EXPECT_TRUE(torch::equal(moving.labels, round.labels));
}

TEST(PseudoLabels, AlignmentDividesByTheMeanPrediction) {
  // Mean prediction (.75, .25). Full alignment: .9 -> 1.2 : .4 = .75; .6 -> .8 : 1.6 = 1/3, so the label
  // turns.
  const torch::Tensor logits = logits_of({0.9, 0.6});
  PseudoLabeller strict(pseudo_label_settings(0.76, 1), 2);
  EXPECT_EQ(values(strict.label_round(logits).mask), (std::vector<float>{0, 0}));
  PseudoLabeller labeller(pseudo_label_settings(0.74, 1), 2);
  EXPECT_EQ(values(labeller.label_round(logits).mask), (std::vector<float>{1, 0}));
  EXPECT_EQ(values(labeller.label_round(logits).labels), (std::vector<float>{0, 1}));
  // Half alignment: .9 / sqrt(.75) : .1 / sqrt(.25) = 1.0392 : .2, so .8386.
  EXPECT_EQ(values(PseudoLabeller(pseudo_label_settings(0.838, 0.5), 2).label_round(logits).mask)[0], 1);
  EXPECT_EQ(values(PseudoLabeller(pseudo_label_settings(0.840, 0.5), 2).label_round(logits).mask)[0], 0);
}

TEST(PseudoLabels, TheRunningMeanRemembersNineTenths) {
  PseudoLabeller labeller(pseudo_label_settings(0.5, 1), 2);
  labeller.label_moving(logits_of({0.8}));
  // Mean now .9 * .8 + .1 * .5 = .77: even odds become .5/.77 : .5/.23, so class 1 with .77.
  const PseudoLabels labels = labeller.label_moving(logits_of({0.5}));
  EXPECT_EQ(values(labels.labels), (std::vector<float>{1}));
  PseudoLabeller strict(pseudo_label_settings(0.78, 1), 2);
  strict.label_moving(logits_of({0.8}));
  EXPECT_EQ(values(strict.label_moving(logits_of({0.5})).mask), (std::vector<float>{0}));
}

TEST(PseudoLabels, TheAdaptiveThresholdFollowsConfidenceAndClassShares) {
  config::Training adaptive = pseudo_label_settings(0.95);
  adaptive.threshold_rule = "adaptive";
  const PseudoLabeller labeller(adaptive, 2);
  // Mean prediction (.575, .425), mean confidence .725: class 0 counts from .725, class 1 from .5359.
  const PseudoLabels labels = labeller.label_round(logits_of({0.9, 0.7, 0.3, 0.4}));
  EXPECT_EQ(values(labels.labels), (std::vector<float>{0, 0, 1, 1}));
  EXPECT_EQ(values(labels.mask), (std::vector<float>{1, 0, 1, 1}));
  EXPECT_EQ(values(labels.sure), (std::vector<float>{0, 0, 0, 0})) << "none reaches .95";
  adaptive.threshold = 0.7;
  EXPECT_EQ(values(PseudoLabeller(adaptive, 2).label_round(logits_of({0.9, 0.69, 0.3001, 0.2})).sure),
            (std::vector<float>{1, 0, 0, 1}));
  EXPECT_EQ(values(PseudoLabeller(pseudo_label_settings(0.95), 2).label_round(logits_of({0.9, 0.7})).mask),
            (std::vector<float>{0, 0}))
      << "nothing of it with a fixed one";
}

TEST(PseudoLabels, TheAdaptiveThresholdLooksAtAlignedPredictions) {
  config::Training adaptive = pseudo_label_settings(0.95, 1);
  adaptive.threshold_rule = "adaptive";
  // Means (.75, .25). Aligned: .9 becomes .75, .6 becomes 1/3. Then means (.5417, .4583), confidence .7083:
  // class 0 counts from .7083, class 1 from .5994.
  const PseudoLabels labels = PseudoLabeller(adaptive, 2).label_round(logits_of({0.9, 0.6}));
  EXPECT_EQ(values(labels.labels), (std::vector<float>{0, 1}));
  EXPECT_EQ(values(labels.mask), (std::vector<float>{1, 1}));
}

TEST(PseudoLabels, TheAdaptiveThresholdAlwaysKeepsSomething) {
  config::Training adaptive = pseudo_label_settings(0.95);
  adaptive.threshold_rule = "adaptive";
  const PseudoLabeller labeller(adaptive, 2);
  EXPECT_EQ(values(labeller.label_round(logits_of({0.51})).mask), (std::vector<float>{1}));
  EXPECT_GE(labeller.label_round(logits_of({0.5, 0.49, 0.52, 0.6})).mask.sum().item<float>(), 1);
  EXPECT_EQ(values(labeller.label_round(torch::full({1, 2}, NAN)).mask), (std::vector<float>{0}));
}

TEST(PseudoLabels, CarryNoGradient) {
  PseudoLabeller labeller(pseudo_label_settings(0.5), 2);
  const torch::Tensor logits = logits_of({0.9}).requires_grad_(true);
  EXPECT_FALSE(labeller.label_moving(logits).mask.requires_grad());
}

TEST(PseudoLabels, CountsAcceptedLabelsPerClass) {
  PseudoLabeller labeller(pseudo_label_settings(0.95), 2);
  EXPECT_EQ(labeller.mask_rate(), 0);
  EXPECT_EQ(labeller.accepted_per_class(), (std::vector<std::uint32_t>{0, 0}));
  labeller.count(labeller.label_moving(logits_of({0.96, 0.97, 0.5, 0.01})));
  labeller.count(labeller.label_moving(logits_of({0.99, 0.5, 0.5, 0.5})));
  EXPECT_EQ(labeller.accepted_per_class(), (std::vector<std::uint32_t>{3, 1}));
  EXPECT_EQ(labeller.mask_rate(), 0.5);
}

TEST(PseudoLabels, NotANumberIsNeverConfident) {
  PseudoLabeller labeller(pseudo_label_settings(0.95), 2);
  EXPECT_EQ(values(labeller.label_moving(torch::full({1, 2}, NAN)).mask), (std::vector<float>{0}));
}

TEST(MeanConfidence, IsTheMeanOfTheLargestProbability) {
  EXPECT_NEAR(mean_confidence(logits_of({0.9, 0.3, 0.5})), (0.9 + 0.7 + 0.5) / 3, 1e-6);
  EXPECT_EQ(mean_confidence(torch::tensor({1000.0f, 0.0f}).view({1, 2})), 1);
  EXPECT_EQ(mean_confidence(torch::full({1, 2}, NAN)), 0);
}

}  // namespace
}  // namespace covey::learn
