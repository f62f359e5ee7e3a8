#include "common/nn/dropout.h"

#include <gtest/gtest.h>

#include <cmath>

namespace covey::nn {
namespace {

DrawContext draws(std::uint64_t seed, std::uint64_t invocation) {
  return {Stream(seed, StreamId{Purpose::kDropout, 2, 0, 5}), invocation};
}

torch::Tensor mask(Dropout& layer, const DrawContext& context, std::int64_t images = 8) {
  return layer(torch::ones({images, 16, 2, 2}), &context);
}

TEST(Dropout, DropsWholeChannelsAndScalesTheRest) {
  Dropout layer("dropout", 0.25);
  const torch::Tensor kept = mask(layer, draws(1, 0), 500);
  EXPECT_TRUE(torch::equal(kept.amin({2, 3}), kept.amax({2, 3})));
  const torch::Tensor values = kept.select(2, 0).select(2, 0).flatten();
  EXPECT_TRUE((values.eq(0) | values.eq(1 / 0.75f)).all().item<bool>());
  const double n = static_cast<double>(values.numel());
  const double dropped = values.eq(0).to(torch::kFloat64).mean().item<double>();
  EXPECT_NEAR(dropped, 0.25, 5 * std::sqrt(0.25 * 0.75 / n));  // a right layer fails for one seed in 10^6
}

TEST(Dropout, DrawsByStreamLayerAndInvocation) {
  Dropout layer("dropout", 0.25);
  Dropout other("another", 0.25);
  const torch::Tensor first = mask(layer, draws(1, 3));
  EXPECT_FALSE(torch::equal(first, mask(layer, draws(1, 4))));
  EXPECT_FALSE(torch::equal(first, mask(layer, draws(2, 3))));
  EXPECT_FALSE(torch::equal(first, mask(other, draws(1, 3))));
  EXPECT_TRUE(torch::equal(first, mask(layer, draws(1, 3)))) << "calls in between must not matter";
}

TEST(Dropout, IgnoresTheGlobalGenerator) {
  Dropout layer("dropout", 0.25);
  const torch::Tensor first = mask(layer, draws(1, 0));
  torch::rand({100});
  EXPECT_TRUE(torch::equal(first, mask(layer, draws(1, 0))));
}

TEST(Dropout, AnElementDoesNotDependOnTheBatchBehindIt) {
  Dropout layer("dropout", 0.25);
  EXPECT_TRUE(torch::equal(mask(layer, draws(1, 0), 8).narrow(0, 0, 3), mask(layer, draws(1, 0), 3)));
}

TEST(Dropout, DropsTheValuesOfFlatInputByTheSameDraws) {
  Dropout layer("dropout", 0.25);
  const DrawContext context = draws(1, 2);
  for (const std::int64_t width : {16, 15}) {  // draws come in fours: the last ones may be fewer
    const torch::Tensor flat = layer(torch::ones({5, width}), &context);
    const torch::Tensor channels = layer(torch::ones({5, width, 2, 2}), &context);
    EXPECT_TRUE(torch::equal(flat, channels.select(2, 0).select(2, 0)));
  }
}

TEST(Dropout, EvalModeIsTheIdentityAndNeedsNoDraws) {
  Dropout layer("dropout", 0.25);
  layer->eval();
  const torch::Tensor x = torch::arange(12, torch::kFloat32).view({1, 3, 2, 2});
  EXPECT_TRUE(torch::equal(layer(x, nullptr), x));
}

TEST(DropoutDeathTest, TrainModeWithoutDrawsIsABrokenPromise) {
  Dropout layer("dropout", 0.25);
  EXPECT_DEATH(layer(torch::ones({1, 1, 1, 1}), nullptr), "dropout in train mode needs draws");
}

}  // namespace
}  // namespace covey::nn
