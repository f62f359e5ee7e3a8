// Convolution and linear layers are held to LibTorch's modules, forwards and backwards, bit for bit; a
// product that is given to them takes over.
#include <gtest/gtest.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include "common/nn/conv.h"
#include "common/nn/linear.h"

namespace covey::nn {
namespace {

torch::Tensor wave(torch::IntArrayRef shape, double phase) {
  std::int64_t count = 1;
  for (const std::int64_t side : shape) count *= side;
  return torch::sin(torch::arange(count, torch::kFloat32) + phase).view(shape);
}

void copy_parameters(torch::nn::Module& from, torch::nn::Module& to) {
  const torch::NoGradGuard no_grad;
  for (auto& item : from.named_parameters()) to.named_parameters()[item.key()].copy_(item.value());
}

/// Same names in the same order, output and gradients.
template <typename Reference, typename Layer>
void expect_equal(Reference& reference, Layer& layer, const torch::Tensor& images) {
  ASSERT_EQ(layer->named_parameters().keys(), reference->named_parameters().keys());
  copy_parameters(*reference, *layer);
  const torch::Tensor x = images.clone().requires_grad_();
  const torch::Tensor same_x = images.clone().requires_grad_();
  const torch::Tensor y = layer(x, nullptr);
  const torch::Tensor expected = reference(same_x);
  ASSERT_TRUE(torch::equal(y, expected));
  y.backward(wave(y.sizes(), 1));
  expected.backward(wave(y.sizes(), 1));
  EXPECT_TRUE(torch::equal(x.grad(), same_x.grad()));
  for (const auto& item : reference->named_parameters())
    EXPECT_TRUE(torch::equal(layer->named_parameters()[item.key()].grad(), item.value().grad()))
        << item.key();
}

TEST(Conv, EqualsTheModuleOfLibTorch) {
  for (const std::int64_t kernel : {1, 3}) {
    for (const std::int64_t stride : {1, 2}) {
      for (const std::int64_t padding : {0, 1}) {
        for (const bool bias : {false, true}) {
          torch::nn::Conv2d reference(
              torch::nn::Conv2dOptions(3, 5, kernel).stride(stride).padding(padding).bias(bias));
          Conv layer(ConvOptions{3, 5, kernel, {stride, padding}, bias});
          expect_equal(reference, layer, wave({2, 3, 8, 7}, 0));
        }
      }
    }
  }
}

TEST(Linear, EqualsTheModuleOfLibTorch) {
  torch::nn::Linear reference(6, 4);
  Linear layer(6, 4);
  expect_equal(reference, layer, wave({3, 6}, 0));
}

/// All ones, and what it was given.
class Ones final : public Product {
 public:
  explicit Ones(std::vector<std::int64_t> shape) : shape_(std::move(shape)) {}
  torch::Tensor apply(const torch::Tensor& x, const torch::Tensor& weight,
                      const DrawContext* draws) const override {
    seen_x = x;
    seen_weight = weight;
    seen_draws = draws;
    return torch::ones(shape_);
  }
  mutable torch::Tensor seen_x;
  mutable torch::Tensor seen_weight;
  mutable const DrawContext* seen_draws = nullptr;

 private:
  std::vector<std::int64_t> shape_;
};

template <typename Layer>
void expect_product_takes_over(Layer& layer, const torch::Tensor& x, std::vector<std::int64_t> shape) {
  const torch::NoGradGuard no_grad;
  layer->named_parameters()["bias"].fill_(2);
  const auto product = std::make_shared<Ones>(shape);
  layer->set_product(product);
  const DrawContext draws{Stream(1, StreamId{}), 0};
  EXPECT_TRUE(torch::equal(layer(x, &draws), torch::full(shape, 3.0f)));
  EXPECT_TRUE(product->seen_x.is_same(x));
  EXPECT_TRUE(product->seen_weight.is_same(layer->named_parameters()["weight"]));
  EXPECT_EQ(product->seen_draws, &draws);
}

TEST(ProductLayer, TakesAnotherProductAndAddsItsBias) {
  Conv conv(ConvOptions{1, 2, 3});
  expect_product_takes_over(conv, torch::zeros({2, 1, 4, 4}), {2, 2, 2, 2});
  Linear linear(3, 2);
  expect_product_takes_over(linear, torch::zeros({4, 3}), {4, 2});
  Conv bare(ConvOptions{1, 2, 3, {}, false});
  bare->set_product(std::make_shared<Ones>(std::vector<std::int64_t>{2, 2, 2, 2}));
  EXPECT_TRUE(torch::equal(bare(torch::zeros({2, 1, 4, 4}), nullptr), torch::ones({2, 2, 2, 2})));
}

}  // namespace
}  // namespace covey::nn
