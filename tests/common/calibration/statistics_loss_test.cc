#include "common/calibration/statistics_loss.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/common/calibration/support.h"

namespace covey::calibration {
namespace {

using ::testing::HasSubstr;
using testing::normal_images;
using testing::show_images;
using testing::SmallModel;

double loss_of(SmallModel& model, const torch::Tensor& images, Statistics statistics = Statistics::kBatch) {
  const auto loss = StatisticsLoss::make(model, statistics);
  EXPECT_TRUE(loss.ok()) << loss.status().message();
  return (*loss)->of(images).item<double>();
}

TEST(StatisticsLoss, IsSmallForImagesLikeThoseSeen) {
  for (const nn::Norm kind : {nn::Norm::kBatch, nn::Norm::kGroup}) {
    SmallModel model(kind);
    nn::track_moments(model);
    show_images(model, 0, 1);
    const double alike = loss_of(model, normal_images(256, 0, 1, 1));
    EXPECT_LT(alike, 0.05);
    EXPECT_GT(loss_of(model, normal_images(256, 0, 2, 1)), 10 * alike);
    EXPECT_GT(loss_of(model, normal_images(256, 1, 1, 1)), 10 * alike);
  }
}

TEST(StatisticsLoss, IsTheSumOverChannelsOfSquaredDifferences) {
  SmallModel model(nn::Norm::kBatch);
  show_images(model, 0, 1);
  // An identity in front of the norm layer would be the image itself; here its input is computed by hand.
  const torch::Tensor images = normal_images(8, 0.5, 1, 2);
  const auto parameters = model.named_parameters();
  const torch::Tensor x = torch::conv2d(images, parameters["conv.weight"], parameters["conv.bias"], 1, 1);
  const auto buffers = model.named_buffers();
  const auto squares = [](const torch::Tensor& a, const torch::Tensor& b) {
    return (a - b).square().sum().item<double>();
  };
  const auto deviation = [](const torch::Tensor& t) { return (t.var({0, 2, 3}, false) + 1e-6).sqrt(); };
  const double expected = squares(images.mean({0, 2, 3}), torch::zeros({1})) +
                          squares(deviation(images), torch::ones({1})) +
                          squares(x.mean({0, 2, 3}), buffers["norm.running_mean"]) +
                          squares(deviation(x), (buffers["norm.running_var"] + 1e-6).sqrt());
  EXPECT_NEAR(loss_of(model, images), expected, 1e-4 * expected);
}

TEST(StatisticsLoss, OfEveryImageIsLargerThanOfTheBatch) {
  SmallModel model(nn::Norm::kBatch);
  show_images(model, 0, 1);
  const torch::Tensor images = normal_images(64, 0, 1, 1);
  EXPECT_GT(loss_of(model, images, Statistics::kImage), 2 * loss_of(model, images));
}

TEST(StatisticsLoss, GroupNormDoesNotMindTheScaleOfItsInput) {
  SmallModel model(nn::Norm::kGroup);
  nn::track_moments(model);
  show_images(model, 0, 1);
  // Twice the contrast: normalised values stay, and what is said of inputs weighs a tenth.
  const double image_part = 1;  // (2 - 1)^2 of the image's own deviation
  EXPECT_LT(loss_of(model, normal_images(256, 0, 2, 1)), image_part + 0.1 * 4 * 1.5 + 0.2);
}

TEST(StatisticsLoss, AModelThatRemembersNothingIsRefused) {
  SmallModel plain(nn::Norm::kGroup);
  EXPECT_THAT(StatisticsLoss::make(plain, Statistics::kBatch).status().message(),
              HasSubstr("norm layer norm remembers nothing of its data"));
  SmallModel none(nn::Norm::kNone);
  EXPECT_THAT(StatisticsLoss::make(none, Statistics::kBatch).status().message(), HasSubstr("no norm layers"));
  SmallModel fresh(nn::Norm::kGroup);
  nn::track_moments(fresh);
  EXPECT_THAT(StatisticsLoss::make(fresh, Statistics::kBatch).status().message(),
              HasSubstr("has seen too few batches"));
}

TEST(StatisticsLoss, LeavesTheModelAsItWas) {
  SmallModel model(nn::Norm::kBatch);
  show_images(model, 0, 1);
  { const auto loss = StatisticsLoss::make(model, Statistics::kBatch); }
  model.forward(normal_images(4, 0, 1, 1));  // an observer that is gone would be called here
}

}  // namespace
}  // namespace covey::calibration
