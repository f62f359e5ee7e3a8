#include "common/calibration/distilled_images.h"

#include <gtest/gtest.h>

#include "common/base/image_shape.h"
#include "tests/common/calibration/support.h"

namespace covey::calibration {
namespace {

using testing::show_images;
using testing::SmallModel;

DistilOptions quick() {
  DistilOptions options;
  options.images = 16;
  options.iterations = 60;
  options.rate = 0.1;
  return options;
}

TEST(DistilledImages, ComeCloserToWhatTheModelRemembers) {
  for (const nn::Norm kind : {nn::Norm::kBatch, nn::Norm::kGroup}) {
    SmallModel model(kind);
    nn::track_moments(model);
    show_images(model, 0.8f, 0.5f);  // not what noise looks like
    const auto distilled = distil(model, ImageShape{1, 6, 6}, quick());
    ASSERT_TRUE(distilled.ok()) << distilled.status().message();
    EXPECT_EQ(distilled->images.sizes(), (std::vector<std::int64_t>{16, 1, 6, 6}));
    EXPECT_LT(distilled->loss, distilled->loss_first / 2);
    EXPECT_FALSE(distilled->images.requires_grad());
  }
}

TEST(DistilledImages, AreAFunctionOfModelAndSeed) {
  SmallModel model(nn::Norm::kBatch);
  show_images(model, 0, 1);
  const torch::Tensor first = distil(model, ImageShape{1, 6, 6}, quick())->images;
  EXPECT_TRUE(distil(model, ImageShape{1, 6, 6}, quick())->images.equal(first));
  DistilOptions other = quick();
  other.seed = 2;
  EXPECT_FALSE(distil(model, ImageShape{1, 6, 6}, other)->images.equal(first));
}

TEST(DistilledImages, LeaveTheModelReadyToTrain) {
  SmallModel model(nn::Norm::kBatch);
  show_images(model, 0, 1);
  ASSERT_TRUE(distil(model, ImageShape{1, 6, 6}, quick()).ok());
  for (const torch::Tensor& parameter : model.parameters()) EXPECT_TRUE(parameter.requires_grad());
}

TEST(Distil, MakesImagesOnly) {
  SmallModel model(nn::Norm::kBatch);
  SampleFormat texts = ImageShape{1, 6, 6};
  texts.kind = "text";
  EXPECT_EQ(distil(model, texts, quick()).status().message(),
            "ZeroQ makes images, and the samples of this model are of kind text, allowed: image");
}

}  // namespace
}  // namespace covey::calibration
