#include "common/curvature/hessian.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/custom_function.h>

#include "tests/common/curvature/problems.h"

namespace covey::curvature {
namespace {

using covey::testing::flatten;
using covey::testing::tensor_of;
using covey::testing::unflatten;
using testing::explicit_matrix;
using testing::Recording;

void expect_close(const torch::Tensor& a, const torch::Tensor& b, double tolerance) {
  EXPECT_LE((a - b).abs().max().item<double>(), tolerance);
}

class HessianGolden : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Hessians, HessianGolden, ::testing::Values("single", "full"),
                         [](const auto& instance) { return instance.param; });

TEST_P(HessianGolden, HasTheDiagonalAndTheEigenvaluesOfTheExplicitHessian) {
  const Recording recording(GetParam());
  const torch::Tensor matrix = explicit_matrix(recording.hessian());
  expect_close(matrix, matrix.t(), 1e-14);
  expect_close(matrix.diagonal(), tensor_of(recording.part.at("exact_diag")), 1e-12);
  const auto [values, vectors] = at::linalg_eigh(matrix);
  expect_close(values, tensor_of(recording.part.at("exact_eigs_ascending")), 1e-9);
}

TEST_P(HessianGolden, OfOneLayerIsItsDiagonalBlock) {
  const Recording recording(GetParam());
  const torch::Tensor whole = explicit_matrix(recording.hessian());
  std::int64_t offset = 0;
  for (const torch::Tensor& layer : recording.parameters) {
    const torch::Tensor block = explicit_matrix(Hessian({layer}, recording.loss()));
    expect_close(block,
                 whole.slice(0, offset, offset + layer.numel()).slice(1, offset, offset + layer.numel()),
                 1e-14);
    offset += layer.numel();
  }
}

/// (gradient(p + h v) - gradient(p - h v)) / 2h
torch::Tensor difference_of_gradients(const ParameterVector& parameters, const BatchedLoss& loss,
                                      const ParameterVector& v) {
  constexpr double kStep = 1e-5;
  const auto gradient_at = [&](double step) {
    ParameterVector moved = parameters;
    add_scaled(moved, v, step);
    const torch::Tensor gradient = flatten(GradientGraph::make(loss.evaluate(0), parameters)->gradient());
    add_scaled(moved, v, -step);
    return gradient;
  };
  return (gradient_at(kStep) - gradient_at(-kStep)) / (2 * kStep);
}

ParameterVector random_like(const ParameterVector& parameters) {
  ParameterVector v;
  for (const torch::Tensor& parameter : parameters) v.push_back(torch::randn_like(parameter.detach()));
  return v;
}

void expect_products_of_differences(const ParameterVector& parameters, const BatchedLoss& loss) {
  for (int i = 0; i < 3; ++i) {
    const ParameterVector v = random_like(parameters);
    const torch::Tensor product = flatten(*Hessian(parameters, loss).product(v));
    expect_close(product, difference_of_gradients(parameters, loss, v), 1e-8);
  }
}

ParameterVector random_parameters(const std::vector<std::vector<std::int64_t>>& shapes) {
  torch::manual_seed(3);
  ParameterVector parameters;
  for (const auto& shape : shapes)
    parameters.push_back(torch::randn(shape, torch::kFloat64).mul_(0.5).requires_grad_());
  return parameters;
}

TEST(HessianOf, ConvolutionGroupNormAndResidual) {
  const ParameterVector p = random_parameters({{4, 2, 3, 3}, {4}, {4}, {4, 4, 3, 3}, {3, 4}, {3}});
  const torch::Tensor x = torch::randn({5, 2, 6, 6}, torch::kFloat64);
  const torch::Tensor y = torch::tensor({0, 1, 2, 0, 1});
  expect_products_of_differences(
      p, {{5}, [&](std::size_t) {
            torch::Tensor h = torch::conv2d(x, p[0], {}, 1, 1);
            h = torch::tanh(torch::group_norm(h, 2, p[1], p[2]));
            h = h + torch::conv2d(h, p[3], {}, 1, 1);
            return torch::nn::functional::cross_entropy(torch::linear(h.mean({2, 3}), p[4], p[5]), y);
          }});
}

TEST(HessianOf, BatchNormInEvalMode) {
  const ParameterVector p = random_parameters({{4, 2, 3, 3}, {4}, {4}, {3, 4}});
  const torch::Tensor mean = torch::randn({4}, torch::kFloat64);
  const torch::Tensor variance = torch::rand({4}, torch::kFloat64).add_(0.5);
  const torch::Tensor x = torch::randn({5, 2, 6, 6}, torch::kFloat64);
  const torch::Tensor y = torch::tensor({0, 1, 2, 0, 1});
  expect_products_of_differences(
      p, {{5}, [&](std::size_t) {
            torch::Tensor h = torch::conv2d(x, p[0], {}, 1, 1);
            h = torch::tanh(torch::batch_norm(h, p[1], p[2], mean, variance, false, 0.1, 1e-5, false));
            return torch::nn::functional::cross_entropy(torch::linear(h.mean({2, 3}), p[3]), y);
          }});
}

TEST(HessianOf, TiedParameters) {
  const ParameterVector p = random_parameters({{4, 4}});
  const torch::Tensor x = torch::randn({5, 4}, torch::kFloat64);
  expect_products_of_differences(
      p, {{5}, [&](std::size_t) {
            const torch::Tensor h = torch::tanh(torch::linear(x, p[0]));
            return torch::linear(torch::tanh(torch::linear(h, p[0])), p[0].t()).square().mean();
          }});
}

TEST(Hessian, IsZeroWhereTheLossDoesNotDependOnAParameter) {
  const ParameterVector p = random_parameters({{3}, {2}});
  const Hessian hessian(p, {{1}, [&](std::size_t) { return p[0].pow(3).sum(); }});
  const ParameterVector product = *hessian.product(random_like(p));
  EXPECT_GT(product[0].abs().max().item<double>(), 0);
  EXPECT_TRUE(product[1].equal(torch::zeros({2}, torch::kFloat64)));
}

struct Cut : torch::autograd::Function<Cut> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x) {
    context->save_for_backward({x});
    return x.square();
  }
  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               torch::autograd::tensor_list gradients) {
    return {(2 * context->get_saved_variables()[0] * gradients[0]).detach()};
  }
};

TEST(Hessian, RefusesAGraphThatEndsBeforeAGradient) {
  const ParameterVector p = random_parameters({{3}});
  const Hessian hessian(p, {{1}, [&](std::size_t) { return Cut::apply(p[0]).sum(); }});
  const auto product = hessian.product(random_like(p));
  ASSERT_FALSE(product.ok());
  EXPECT_EQ(product.status().code(), Code::kInvalidArgument);
  EXPECT_NE(product.status().message().find("parameter 0"), std::string::npos);
}

TEST(Hessian, KeepsTheGraphOfItsOnlyBatch) {
  const ParameterVector p = random_parameters({{3}});
  int evaluations = 0;
  const Hessian hessian(p, {{1}, [&](std::size_t) {
                              ++evaluations;
                              return p[0].pow(3).sum();
                            }});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(hessian.product(random_like(p)).ok());
  EXPECT_EQ(evaluations, 1);
}

}  // namespace
}  // namespace covey::curvature
