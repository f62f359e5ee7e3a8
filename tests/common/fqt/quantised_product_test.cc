// Without quantised gradients the product is held to the straight-through estimator made of separate LibTorch
// operations; with them, to its own result without, and to the variance that the grids predict.
#include "common/fqt/quantised_product.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "common/quant/householder.h"
#include "tests/common/fqt/support.h"

namespace covey::fqt {
namespace {

using testing::draws;
using testing::equal;
using testing::finite;
using testing::Gradients;
using testing::kGeometry;
using testing::kKinds;
using testing::kQuantisers;
using testing::noise;
using testing::options;
using testing::Problem;
using testing::problem;
using testing::product;
using testing::run;

// ---- the forward, and the backward with exact gradients

/// x rounded to nearest on its grid, elementwise in LibTorch, with the derivative of the identity.
torch::Tensor straight_through(const torch::Tensor& x, quant::GridKind kind, int bits) {
  const quant::Grid grid = quant::fit_grid(kind, x.min().item<double>(), x.max().item<double>(), bits);
  const double scale = static_cast<double>(grid.scale);
  const double offset = static_cast<double>(grid.offset);
  const torch::Tensor codes = torch::round((x.detach().to(torch::kFloat64) - offset) * scale + grid.zero);
  const torch::Tensor values = ((codes - grid.zero) / scale + offset).to(torch::kFloat32);
  return x + (values - x.detach());
}

Gradients reference(const std::string& kind, const Problem& p, int bits) {
  const torch::Tensor x = p.x.clone().requires_grad_();
  const torch::Tensor w = p.w.clone().requires_grad_();
  const torch::Tensor qx = straight_through(x, quant::GridKind::kAffine, bits);
  const torch::Tensor qw = straight_through(w, quant::GridKind::kZeroAligned, bits);
  const torch::Tensor y = kind == "linear" ? torch::linear(qx, qw)
                                           : torch::conv2d(qx, qw, {}, kGeometry.stride, kGeometry.padding);
  y.backward(p.g);
  return {y.detach(), x.grad(), w.grad()};
}

TEST(QuantisedProduct, EqualsTheStraightThroughEstimator) {
  for (const std::string kind : kKinds) {
    for (const int bits : {2, 4, 8}) {
      SimulatedOptions exact_gradients = options("");
      exact_gradients.bits.input = exact_gradients.bits.weight = bits;
      const Problem p = problem(kind);
      const Gradients ours = run(product(kind, exact_gradients), p, nullptr);
      const Gradients theirs = reference(kind, p, bits);
      // x + (q - x) of the reference is q but for a rounding.
      EXPECT_TRUE(torch::allclose(ours.y, theirs.y, 1e-5, 1e-5)) << kind << bits;
      EXPECT_TRUE(torch::allclose(ours.dx, theirs.dx, 1e-5, 1e-5)) << kind << bits;
      EXPECT_TRUE(torch::allclose(ours.dw, theirs.dw, 1e-5, 1e-4)) << kind << bits;
      EXPECT_FALSE(torch::allclose(
          ours.y, kind == "linear" ? torch::linear(p.x, p.w) : torch::conv2d(p.x, p.w, {}, 1, 1), 1e-5, 1e-5))
          << "something is rounded";
    }
  }
}

TEST(QuantisedProduct, TakesStridesAndKernelsOfAnySize) {
  for (const std::int64_t stride : {1, 2}) {
    for (const std::int64_t kernel : {1, 3}) {
      const nn::ConvGeometry geometry{stride, kernel / 2};
      // Sides at which the input's size does not follow from the output's.
      Problem p{noise({3, 2, 6, 7}, 1), noise({4, 2, kernel, kernel}, 2), {}};
      p.g = torch::ones_like(torch::conv2d(p.x, p.w, {}, stride, kernel / 2));
      const QuantisedProduct layer("layer", simulated_conv(options(""), geometry));
      const Gradients ours = run(layer, p, nullptr);
      const torch::Tensor x = p.x.clone().requires_grad_();
      const torch::Tensor w = p.w.clone().requires_grad_();
      torch::conv2d(straight_through(x, quant::GridKind::kAffine, 8),
                    straight_through(w, quant::GridKind::kZeroAligned, 8), {}, stride, kernel / 2)
          .backward(p.g);
      EXPECT_TRUE(torch::allclose(ours.dx, x.grad(), 1e-5, 1e-5)) << stride << kernel;
      EXPECT_TRUE(torch::allclose(ours.dw, w.grad(), 1e-5, 1e-4)) << stride << kernel;
    }
  }
}

TEST(QuantisedProduct, EightBitsAreHalfAGridStepAway) {
  const torch::Tensor x = noise({8, 5}, 1);
  const double step = (x.max() - x.min()).item<double>() / 255;
  const torch::Tensor linear = product("linear", options("")).apply(x, torch::eye(5), nullptr);
  EXPECT_LE((linear - x).abs().max().item<double>(), step / 2 * (1 + 1e-4));
  EXPECT_GT((linear - x).abs().max().item<double>(), step / 4);
  const torch::Tensor images = x.view({8, 5, 1, 1});
  const QuantisedProduct conv("layer", simulated_conv(options(""), {}));
  EXPECT_TRUE(
      torch::equal(conv.apply(images, torch::eye(5).view({5, 5, 1, 1}), nullptr).view({8, 5}), linear));
}

TEST(QuantisedProduct, QuantisedGradientsLeaveTheForwardAlone) {
  for (const std::string kind : kKinds) {
    const Problem p = problem(kind);
    const nn::DrawContext context = draws(0);
    EXPECT_TRUE(torch::equal(run(product(kind, options("bhq")), p, &context).y,
                             run(product(kind, options("")), p, nullptr).y));
  }
}

// ---- quantised gradients

/// Adds up the squares of what moves when one element of the gradient does.
double squared_sum(const torch::Tensor& x) {
  return x.to(torch::kFloat64).square().sum().item<double>();
}

/// The variance of dx, summed over its elements: every transformed element of the gradient is rounded on its
/// own, and what it moves is dx of the gradient that is that element alone.
class Predicted {
 public:
  Predicted(const std::string& kind, const Problem& p)
      : arithmetic_(kind == "linear" ? simulated_linear(options(""))
                                     : simulated_conv(options(""), kGeometry)),
        p_(p),
        x_(arithmetic_->input(p.x)),
        w_(arithmetic_->weight(p.w)) {}

  double of_weights(int bits) const {
    return per_element(quant::GridKind::kZeroAligned, true, bits, [this](const torch::Tensor& g) {
      return arithmetic_->weight_gradient({g}, x_, p_.w.sizes());
    });
  }
  double of_input(const std::string& quantiser, int bits) const {
    const auto dx = [this](const torch::Tensor& g) {
      return arithmetic_->input_gradient({g}, w_, p_.x.sizes());
    };
    if (quantiser == "bhq") return transformed(bits, dx);
    const bool whole = quantiser == "ptq";
    return per_element(whole ? quant::GridKind::kZeroAligned : quant::GridKind::kAffine, whole, bits, dx);
  }

 private:
  std::int64_t columns() const { return p_.g.numel() / p_.g.size(0); }

  template <typename Through>
  double per_element(quant::GridKind kind, bool whole, int bits, Through through) const {
    double total = 0;
    for (std::int64_t row = 0; row < p_.g.size(0); ++row) {
      const torch::Tensor range = whole ? p_.g : p_.g[row];
      const quant::Grid grid =
          quant::fit_grid(kind, range.min().item<double>(), range.max().item<double>(), bits);
      for (std::int64_t column = 0; column < columns(); ++column) {
        torch::Tensor unit = torch::zeros({p_.g.size(0), columns()});
        unit[row][column] = 1;
        total += quant::rounding_variance(grid, p_.g[row].flatten()[column].item<double>()) *
                 squared_sum(through(unit.view(p_.g.sizes())));
      }
    }
    return total;
  }

  template <typename Through>
  double transformed(int bits, Through through) const {
    const auto rows = static_cast<std::size_t>(p_.g.size(0));
    const auto width = static_cast<std::size_t>(columns());
    const quant::Matrix matrix{{p_.g.data_ptr<float>(), rows * width}, rows, width};
    const quant::HouseholderPlan plan = quant::plan_householder(matrix);
    const std::uint32_t* order = plan.order.data();
    double total = 0;
    for (const quant::HouseholderGroup& group : plan.groups) {
      quant::transform_group(
          matrix, group, order, [&](std::size_t i, Span<const double> row, const auto& extent) {
            const auto [low, high] = extent;
            const quant::Grid grid = quant::fit_grid(quant::GridKind::kAffine, low, high, bits);
            for (std::size_t column = 0; column < width; ++column) {
              torch::Tensor unit = torch::zeros({p_.g.size(0), columns()});
              const auto only_this = [&](std::size_t k, Span<double> out) {
                std::fill(out.begin(), out.end(), 0.0);
                if (k == i) out[column] = 1;
              };
              quant::restore_group(group, order, width, only_this, unit.data_ptr<float>());
              total +=
                  quant::rounding_variance(grid, row[column]) * squared_sum(through(unit.view(p_.g.sizes())));
            }
          });
      order += group.size;
    }
    return total;
  }

  std::shared_ptr<const Arithmetic> arithmetic_;
  const Problem& p_;
  Operand x_;
  Operand w_;
};

/// What many draws say of a gradient whose expected value is known.
class Sample {
 public:
  explicit Sample(const torch::Tensor& expected)
      : expected_(expected.to(torch::kFloat64)), block_error_(torch::zeros_like(expected_)) {}

  void add(const torch::Tensor& gradient) {
    const torch::Tensor error = gradient.to(torch::kFloat64) - expected_;
    block_error_ += error;
    const double square = squared_sum(error);
    squares_ += square;
    fourths_ += square * square;
    ++count_;
    if (count_ % kBlock == 0) {
      block_biases_ += squared_sum(block_error_) / kBlock;
      block_error_.zero_();
    }
  }

  /// M |mean error|^2 / variance of M draws has mean 1 without a bias; one of a tenth of a step would make it
  /// 10. Few gradients decide it, so it varies much: its mean over five blocks counts. The mean squared error
  /// is within 5 standard errors of the variance. Keyed draws: no false alarms.
  void expect_unbiased(double variance, const std::string& what) const {
    const double n = count_;
    EXPECT_GT(variance, 0) << what;
    const double ratio = block_biases_ / (n / kBlock) / variance;
    EXPECT_GT(ratio, 0.4) << what;
    EXPECT_LT(ratio, 2.0) << what;
    const double mean = squares_ / n;
    EXPECT_NEAR(mean, variance, 5 * std::sqrt((fourths_ / n - mean * mean) / n)) << what;
  }

 private:
  static constexpr int kBlock = 300;

  torch::Tensor expected_;
  torch::Tensor block_error_;
  double block_biases_ = 0;
  double squares_ = 0;
  double fourths_ = 0;
  int count_ = 0;
};

TEST(QuantisedProduct, GradientsAreUnbiasedWithTheVarianceOfTheirGrids) {
  constexpr std::uint64_t kDraws = 1500;
  for (const std::string kind : kKinds) {
    const Problem p = problem(kind);
    const Gradients exact = run(product(kind, options("")), p, nullptr);
    const Predicted predicted(kind, p);
    for (const std::string quantiser : kQuantisers) {
      for (const int bits : {2, 4}) {
        SimulatedOptions rounded = options(quantiser, bits);
        rounded.bits.weight_gradient = bits;
        const QuantisedProduct layer = product(kind, rounded);
        Sample dx(exact.dx);
        Sample dw(exact.dw);
        for (std::uint64_t i = 0; i < kDraws; ++i) {
          const nn::DrawContext context = draws(i);
          const Gradients drawn = run(layer, p, &context);
          dx.add(drawn.dx);
          dw.add(drawn.dw);
        }
        const std::string what = kind + " " + quantiser + " " + std::to_string(bits);
        dx.expect_unbiased(predicted.of_input(quantiser, bits), what + " dx");
        dw.expect_unbiased(predicted.of_weights(bits), what + " dw");
      }
    }
  }
}

/// A layer of identities, whose gradients are the rounded gradients of its output.
struct Identity {
  Problem p{torch::eye(8), torch::eye(8), noise({8, 8}, 3)};
  QuantisedProduct layer = product("linear", options("ptq", 8));

  torch::Tensor to_input(std::uint64_t invocation) const { return gradients(invocation).dx; }
  torch::Tensor to_weight(std::uint64_t invocation) const { return gradients(invocation).dw.t(); }
  Gradients gradients(std::uint64_t invocation) const {
    const nn::DrawContext context = draws(invocation);
    return run(layer, p, &context);
  }
};

TEST(QuantisedProduct, BothUsesOfAGradientHaveTheSameGridAndIndependentDraws) {
  constexpr int kDraws = 400;
  const Identity identity;
  const double g = identity.p.g.abs().max().item<double>();
  double product = 0;
  double square_in = 0;
  double square_weight = 0;
  for (int i = 0; i < kDraws; ++i) {
    const Gradients both = identity.gradients(static_cast<std::uint64_t>(i));
    const torch::Tensor in = (both.dx - identity.p.g).to(torch::kFloat64);
    const torch::Tensor weight = (both.dw.t() - identity.p.g).to(torch::kFloat64);
    EXPECT_LE(in.abs().max().item<double>(), 2 * g / 100) << "within a step";
    product += (in * weight).sum().item<double>();
    square_in += squared_sum(in);
    square_weight += squared_sum(weight);
  }
  const double correlation = product / std::sqrt(square_in * square_weight);
  EXPECT_LT(std::abs(correlation), 5 / std::sqrt(64.0 * kDraws));
  EXPECT_NEAR(square_in / square_weight, 1, 0.1);
}

TEST(QuantisedProduct, EveryPartOfTheKeyCounts) {
  const Problem p = problem("conv");
  const auto gradients = [&](const nn::DrawContext& context, const char* layer) {
    return run(product("conv", options("psq"), layer), p, &context);
  };
  const Gradients base = gradients(draws(3), "a");
  EXPECT_TRUE(equal(gradients(draws(3), "a"), base)) << "what happened before does not matter";
  for (const Gradients& other :
       {gradients(draws(4), "a"), gradients(draws(3, 2), "a"), gradients(draws(3), "b")}) {
    EXPECT_FALSE(torch::equal(other.dx, base.dx));
    EXPECT_FALSE(torch::equal(other.dw, base.dw));
  }
}

TEST(QuantisedProduct, ASecondBackwardDrawsAgain) {
  const Problem p = problem("linear");
  const QuantisedProduct layer = product("linear", options("psq"));
  const torch::Tensor x = p.x.clone().requires_grad_();
  const nn::DrawContext context = draws(0);
  const auto both = [&] {
    const torch::Tensor y = layer.apply(x, p.w, &context);
    std::vector<torch::Tensor> gradients;
    for (int i = 0; i < 2; ++i) {
      y.backward(p.g, true);
      gradients.push_back(x.grad().clone());
      x.mutable_grad() = torch::Tensor();
    }
    return gradients;
  };
  const auto gradients = both();
  EXPECT_FALSE(torch::equal(gradients[0], gradients[1]));
  const auto again = both();
  EXPECT_TRUE(torch::equal(gradients[0], again[0]));
  EXPECT_TRUE(torch::equal(gradients[1], again[1]));
}

TEST(QuantisedProduct, ComputesTheGradientsThatAreAskedForOnly) {
  const Problem p = problem("conv");
  const nn::DrawContext context = draws(0);
  const QuantisedProduct layer = product("conv", options("bhq"));
  const Gradients both = run(layer, p, &context);
  const torch::Tensor w = p.w.clone().requires_grad_();
  layer.apply(p.x, w, &context).backward(p.g);
  EXPECT_TRUE(torch::equal(w.grad(), both.dw));
  const torch::Tensor x = p.x.clone().requires_grad_();
  layer.apply(x, p.w, &context).backward(p.g);
  EXPECT_TRUE(torch::equal(x.grad(), both.dx));
}

TEST(QuantisedProductDeathTest, QuantisedGradientsWithoutDrawsAreABrokenPromise) {
  const Problem p = problem("linear");
  EXPECT_DEATH(run(product("linear", options("psq")), p, nullptr), "which need draws");
  const nn::DrawContext dropout_only{Stream(1, StreamId{}), 0};
  EXPECT_DEATH(run(product("linear", options("psq")), p, &dropout_only), "which need draws");
}

// ---- edges

Gradients drawn(const std::string& kind, const std::string& quantiser, const Problem& p) {
  const nn::DrawContext context = draws(0);
  return run(product(kind, options(quantiser, 2)), p, &context);
}

TEST(QuantisedProduct, GradientsOfZeroStayZero) {
  for (const std::string kind : kKinds) {
    for (const std::string quantiser : kQuantisers) {
      Problem p = problem(kind);
      p.g.zero_();
      const Gradients gradients = drawn(kind, quantiser, p);
      EXPECT_EQ(gradients.dx.abs().max().item<float>(), 0) << kind << quantiser;
      EXPECT_EQ(gradients.dw.abs().max().item<float>(), 0) << kind << quantiser;
    }
  }
}

TEST(QuantisedProduct, ImagesWithoutAGradientGetNoneFromPtqAndPsq) {
  for (const std::string kind : kKinds) {
    for (const std::string quantiser : {"ptq", "psq"})
      EXPECT_EQ(drawn(kind, quantiser, problem(kind)).dx[6].abs().max().item<float>(), 0)
          << kind << quantiser;
  }
}

TEST(QuantisedProduct, FewOrOddRowsAreFinite) {
  for (const std::string kind : kKinds) {
    for (const std::string quantiser : kQuantisers) {
      for (const std::int64_t rows : {1, 2, 3}) {
        Problem p = problem(kind);
        p.x = p.x.narrow(0, 0, rows).contiguous();
        p.g = p.g.narrow(0, 0, rows).contiguous();
        EXPECT_TRUE(finite(drawn(kind, quantiser, p))) << kind << quantiser << rows;
        p.g.fill_(-3);
        EXPECT_TRUE(finite(drawn(kind, quantiser, p))) << "constant";
        p.g.fill_(1e-42f);
        EXPECT_TRUE(finite(drawn(kind, quantiser, p))) << "denormal";
      }
    }
  }
}

TEST(QuantisedProduct, ConstantInputsAndWeightsAreExact) {
  for (const std::string kind : kKinds) {
    for (const float value : {0.0f, 1.0f, -1.5f, 1e-40f}) {
      Problem p = problem(kind);
      p.x.fill_(value);
      const Gradients gradients = drawn(kind, "bhq", p);
      EXPECT_TRUE(finite(gradients)) << kind << value;
      p.w.fill_(value);
      EXPECT_TRUE(finite(drawn(kind, "bhq", p))) << kind << value;
      if (value != 0) continue;
      EXPECT_EQ(gradients.dw.abs().max().item<float>(), 0) << kind;
    }
  }
}

TEST(QuantisedProduct, WhatDivergesIsNotHidden) {
  for (const std::string kind : kKinds) {
    for (const std::string quantiser : kQuantisers) {
      Problem p = problem(kind);
      p.g.view(-1)[3] = std::numeric_limits<float>::quiet_NaN();
      const Gradients gradients = drawn(kind, quantiser, p);
      EXPECT_FALSE(torch::isfinite(gradients.dx).all().item<bool>()) << kind << quantiser;
      EXPECT_FALSE(torch::isfinite(gradients.dw).all().item<bool>()) << kind << quantiser;
    }
  }
}

TEST(QuantisedProduct, TakesGradientsThatAreNotContiguous) {
  for (const std::string kind : kKinds) {
    Problem p = problem(kind);
    p.g = torch::ones({1}).expand(p.g.sizes());
    Problem contiguous = p;
    contiguous.g = p.g.contiguous();
    EXPECT_TRUE(equal(drawn(kind, "bhq", p), drawn(kind, "bhq", contiguous))) << kind;
  }
}

}  // namespace
}  // namespace covey::fqt
