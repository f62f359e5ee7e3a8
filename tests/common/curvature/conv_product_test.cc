#include "common/curvature/conv_product.h"

#include <gtest/gtest.h>

#include "common/base/image_shape.h"
#include "common/curvature/hessian.h"
#include "common/curvature/prepare.h"
#include "common/curvature/probes.h"
#include "tests/common/curvature/close.h"

namespace covey::curvature {
namespace {

torch::Tensor noise(const std::vector<std::int64_t>& shape) {
  return torch::randn(shape, torch::kFloat64);
}

/// Gradient and a product with the Hessian of a loss of two convolutions, of which the first may see an input
/// without a gradient.
std::pair<ParameterVector, ParameterVector> derivatives(const nn::ConvGeometry& geometry, std::int64_t kernel,
                                                        bool input_too, bool ours) {
  torch::manual_seed(4);
  ParameterVector p{noise({4, 3, kernel, kernel}), noise({2, 4, kernel, kernel}), noise({2, 3, 9, 8})};
  for (auto& tensor : p) tensor.requires_grad_();
  if (!input_too) p[2] = p[2].detach();
  const auto conv = [&](const torch::Tensor& x, const torch::Tensor& w) {
    if (ours) return ConvProduct(geometry).apply(x, w, nullptr);
    return torch::conv2d(x, w, {}, geometry.stride, geometry.padding);
  };
  const torch::Tensor loss = torch::tanh(conv(torch::tanh(conv(p[2], p[0])), p[1])).square().mean();
  if (!input_too) p.pop_back();
  const auto graph = *GradientGraph::make(loss, p);
  return {graph.gradient(), *graph.product(gaussian(p, Stream(1, {}), 0))};
}

TEST(ConvProduct, HasTheDerivativesOfLibTorch) {
  for (const std::int64_t stride : {1, 2}) {
    for (const std::int64_t kernel : {1, 3}) {
      for (const bool input_too : {true, false}) {
        const nn::ConvGeometry geometry{stride, kernel / 2};
        const auto [gradient, product] = derivatives(geometry, kernel, input_too, true);
        const auto [expected_gradient, expected_product] = derivatives(geometry, kernel, input_too, false);
        testing::expect_close(gradient, expected_gradient);
        testing::expect_close(product, expected_product);
      }
    }
  }
}

TEST(ConvProduct, TakesOnlyWhatHasADirection) {
  // The block of one weight: the other's direction is nothing, not zeros.
  torch::manual_seed(5);
  const torch::Tensor a = noise({4, 3, 3, 3}).requires_grad_();
  const torch::Tensor b = noise({2, 4, 3, 3}).requires_grad_();
  const torch::Tensor x = noise({2, 3, 6, 6});
  const auto block = [&](const torch::Tensor& parameter, bool ours) {
    const auto conv = [&](const torch::Tensor& in, const torch::Tensor& w) {
      return ours ? ConvProduct({1, 1}).apply(in, w, nullptr) : torch::conv2d(in, w, {}, 1, 1);
    };
    const torch::Tensor loss = torch::tanh(conv(torch::tanh(conv(x, a)), b)).square().mean();
    return *GradientGraph::make(loss, {parameter})->product(gaussian({parameter}, Stream(1, {}), 0));
  };
  testing::expect_close(block(a, true), block(a, false));
  testing::expect_close(block(b, true), block(b, false));
}

TEST(ConvProduct, LeavesAModelsOutputAndGradientsAsTheyWere) {
  const auto model = *nn::make_model("resnet8", {ImageShape{3, 32, 32}, 10, nn::Norm::kGroup}, 1);
  torch::manual_seed(6);
  const torch::Tensor x = torch::randn({2, 3, 32, 32});
  const auto outcome = [&] {
    model->zero_grad(true);
    const torch::Tensor y = model->forward(x);
    y.square().mean().backward();
    ParameterVector all{y.detach()};
    for (const auto& parameter : model->parameters()) all.push_back(parameter.grad().clone());
    return all;
  };
  const ParameterVector before = outcome();
  prepare_second_derivatives(*model);
  const ParameterVector after = outcome();
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(after[i].equal(before[i])) << i;
}

}  // namespace
}  // namespace covey::curvature
