#include "common/learn/evaluate.h"
#include "common/base/image_shape.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/common/learn/hand_made.h"

namespace covey::learn {
namespace {

using testing::PixelModel;

// Logits are then the pixel values themselves.
const data::DataSpec kPixels{ImageShape{1, 1, 2}, 2, {{0.0f}, {1.0f / 255}}};

/// Images of two pixels: logits (a, b).
data::SampleSet two_pixel_images(const std::vector<std::uint8_t>& pixels, std::vector<std::int32_t> labels) {
  data::SampleSet images;
  images.format = ImageShape{1, 1, 2};
  images.bytes = pixels;
  images.labels = std::move(labels);
  return images;
}

TEST(Evaluate, GivesAccuracyAndMeanCrossEntropy) {
  PixelModel model;
  const auto images = two_pixel_images({3, 0, 0, 3, 1, 0, 2, 0}, {0, 1, 0, 1});
  const Evaluation result = evaluate(model, images, kPixels, torch::kCPU);
  EXPECT_EQ(result.accuracy, 0.75);
  const auto loss = [](double margin) { return std::log(1 + std::exp(-margin)); };
  EXPECT_NEAR(result.loss, (2 * loss(3) + loss(1) + loss(-2)) / 4, 1e-6);
}

TEST(Evaluate, RunsInEvalModeInFixedBatchesAndRestoresTheMode) {
  for (const bool training : {true, false}) {
    PixelModel model;
    model.train(training);
    evaluate(model, two_pixel_images(std::vector<std::uint8_t>(1200, 1), std::vector<std::int32_t>(600, 0)),
             kPixels, torch::kCPU);
    EXPECT_EQ(model.calls, (std::vector<PixelModel::Call>{{256, false}, {256, false}, {88, false}}));
    EXPECT_EQ(model.is_training(), training);
  }
}

TEST(EvalLogits, FollowTheIndicesAndCarryNoGraph) {
  PixelModel model;
  const auto images = two_pixel_images({1, 2, 3, 4, 5, 6}, {0, 0, 0});
  const std::vector<std::uint32_t> indices{2, 0};
  const torch::Tensor logits = eval_logits(model, images, indices, kPixels, torch::kCPU);
  EXPECT_TRUE(torch::allclose(logits, torch::tensor({5.0f, 6.0f, 1.0f, 2.0f}).view({2, 2})));
  EXPECT_FALSE(logits.requires_grad());
}

}  // namespace
}  // namespace covey::learn
