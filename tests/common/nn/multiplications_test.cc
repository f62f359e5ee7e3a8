#include "common/nn/multiplications.h"

#include <gtest/gtest.h>

#include "common/base/image_shape.h"
#include "common/nn/product.h"

namespace covey::nn {
namespace {

TEST(Multiplications, AreCountedByHand) {
  const auto model = *make_model("mlp", {ImageShape{1, 28, 28}, 10, Norm::kNone}, 1);
  const auto counts = multiplications(*model, {1, 28, 28});
  ASSERT_EQ(counts.size(), 2u);
  std::uint64_t all = 0;
  for (const auto& [name, count] : counts) all += count;
  EXPECT_EQ(all, 784u * 64 + 64 * 10) << "a linear layer multiplies with each weight once";
}

TEST(Multiplications, OfResNet20AreThoseOfItsPaper) {
  const auto model = *make_model("resnet20", {ImageShape{3, 32, 32}, 10, Norm::kGroup}, 1);
  model->eval();
  const torch::Tensor images = torch::ones({2, 3, 32, 32});
  const torch::Tensor before = model->forward(images);
  auto counts = multiplications(*model, {3, 32, 32});
  std::uint64_t all = 0;
  for (const auto& [name, count] : counts) all += count;
  // 40.6 million, with 0.26 million of two 1 x 1 shortcuts.
  EXPECT_NEAR(static_cast<double>(all), 40.8e6, 0.1e6);
  EXPECT_EQ(counts.at("conv.weight"), 32u * 32 * 16 * 27);
  counts.clear();  // who still counted would write to what is gone
  EXPECT_TRUE(model->forward(images).equal(before)) << "its products are LibTorch's again";
  for (const auto& module : model->modules(false)) {
    const auto* layer = dynamic_cast<const ProductLayer*>(module.get());
    EXPECT_TRUE(layer == nullptr || !layer->has_product());
  }
}

}  // namespace
}  // namespace covey::nn
