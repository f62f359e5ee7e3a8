// Gradients are held to the closed form of cross-entropy: (softmax - one-hot) * mask / B.
#include "common/learn/objective.h"

#include <gtest/gtest.h>

#include "common/nn/norm.h"
#include "tests/common/learn/hand_made.h"

namespace covey::learn {
namespace {

using testing::PixelModel;

config::Training threshold_settings(double threshold) {
  config::Training training;
  training.threshold = threshold;
  return training;
}

std::unique_ptr<Objective> objective(const std::string& name) {
  return *make_objective(name, data::DataSpec{});
}

/// Two images of two pixels: the first is confident in its weak view (.982), the second is not (.731).
Batch two_images() {
  Batch batch;
  batch.weak = torch::tensor({4.0f, 0.0f, 1.0f, 0.0f}).view({2, 1, 1, 2}).requires_grad_(true);
  batch.strong = torch::tensor({0.0f, 1.0f, 0.0f, 3.0f}).view({2, 1, 1, 2}).requires_grad_(true);
  return batch;
}

TEST(MaskedCrossEntropy, DividesByTheBatchAndNotByTheMask) {
  const torch::Tensor logits = torch::tensor({0.0f, 1.0f, 0.0f, 3.0f}).view({2, 2});
  const PseudoLabels labels{torch::tensor({0, 0}, torch::kInt64), torch::tensor({1.0f, 0.0f})};
  EXPECT_NEAR(masked_cross_entropy(logits, labels).item<float>(), std::log(1 + std::exp(1.0)) / 2, 1e-6);
}

TEST(Consistency, LabelsTheWeakViewAndFitsTheStrongOne) {
  PixelModel model;
  PseudoLabeller labeller(threshold_settings(0.95), 2);
  const Batch batch = two_images();
  objective("consistency")->unlabelled_loss(model, batch, labeller).backward();
  const float p = 1 / (1 + std::exp(1.0f));
  const torch::Tensor expected = torch::tensor({(p - 1) / 2, (1 - p) / 2, 0.0f, 0.0f}).view({2, 1, 1, 2});
  EXPECT_TRUE(torch::allclose(batch.strong.grad(), expected));
  EXPECT_TRUE(batch.weak.grad().eq(0).all().item<bool>()) << "no gradient through the weak view";
  EXPECT_EQ(labeller.accepted_per_class(), (std::vector<std::uint32_t>{1, 0}));
  EXPECT_EQ(labeller.mask_rate(), 0.5);
}

TEST(Consistency, SendsBothViewsThroughOneForwardInTrainMode) {
  PixelModel model;
  PseudoLabeller labeller(threshold_settings(0.95), 2);
  objective("consistency")->unlabelled_loss(model, two_images(), labeller);
  EXPECT_EQ(model.calls, (std::vector<PixelModel::Call>{{4, true}}));
}

TEST(Consistency, BatchStatisticsAreSharedByBothViews) {
  class OneNorm final : public nn::Model {
   public:
    OneNorm() { norm_ = register_module("norm", nn::NormLayer(nn::Norm::kBatch, 1, 1)); }
    torch::Tensor forward(torch::Tensor x) override { return norm_(x).flatten(1); }

   private:
    nn::NormLayer norm_{nullptr};
  } model;
  PseudoLabeller labeller(threshold_settings(0.95), 2);
  objective("consistency")->unlabelled_loss(model, two_images(), labeller);
  // All eight pixels count, once: their mean is 9 / 8.
  EXPECT_FLOAT_EQ(model.named_buffers()["norm.running_mean"].item<float>(), 0.1f * 9 / 8);
}

TEST(Consistency, AFullyMaskedBatchHasNoGradient) {
  PixelModel model;
  PseudoLabeller labeller(threshold_settings(0.999), 2);
  const torch::Tensor loss = objective("consistency")->unlabelled_loss(model, two_images(), labeller);
  loss.backward();
  EXPECT_EQ(loss.item<float>(), 0);
  EXPECT_EQ(model.parameters()[0].grad().item<float>(), 0);
}

TEST(SelfTraining, LabelsInEvalModeAndFitsTheSameView) {
  PixelModel model;
  PseudoLabeller labeller(threshold_settings(0.95), 2);
  Batch batch = two_images();
  batch.strong = torch::Tensor();
  objective("self-training")->unlabelled_loss(model, batch, labeller).backward();
  EXPECT_EQ(model.calls, (std::vector<PixelModel::Call>{{2, false}, {2, true}}));
  EXPECT_TRUE(model.is_training());
  const float p = 1 / (1 + std::exp(-4.0f));
  const torch::Tensor expected = torch::tensor({(p - 1) / 2, (1 - p) / 2, 0.0f, 0.0f}).view({2, 1, 1, 2});
  EXPECT_TRUE(torch::allclose(batch.weak.grad(), expected, 1e-4, 1e-7));
}

TEST(Objectives, SayWhatTheyNeed) {
  EXPECT_EQ(objective("consistency")->fitted_view(), View::kStrong);
  EXPECT_EQ(objective("self-training")->fitted_view(), View::kWeak);
  EXPECT_EQ(objective("consistency")->labels(), LabelSource::kGuessed);
  EXPECT_EQ(objective("supervised")->labels(), LabelSource::kTrue);
  EXPECT_EQ(objective("supervised")->fitted_view(), View::kWeak);
}

}  // namespace
}  // namespace covey::learn
