// Held to recordings of the authors' first code (ANODE) and of the formula of second-order-and-models.md D.5.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "common/nn/ode/block.h"
#include "common/nn/ode/checkpoint.h"
#include "tests/support/second_order.h"

namespace covey::nn {
namespace {

using covey::testing::second_order_golden;
using covey::testing::tensor_of;
using ::testing::HasSubstr;

void expect_equal(const torch::Tensor& found, const torch::Tensor& expected, const std::string& what) {
  EXPECT_TRUE(torch::allclose(found, expected, 1e-12, 1e-12))
      << what << " off by " << (found - expected).abs().max().item<double>();
}

/// f(t, z) = b(tanh(a(z) + t)) of the recording.
class RecordedField {
 public:
  explicit RecordedField(const nlohmann::json& golden) {
    for (const std::string name : {"a.weight", "a.bias", "b.weight", "b.bias"}) {
      names.push_back(name);
      parameters.push_back(tensor_of(golden.at("params").at(name)).requires_grad_());
    }
  }
  torch::Tensor operator()(double t, const torch::Tensor& z) const {
    const torch::Tensor hidden = torch::tanh(torch::linear(z, parameters[0], parameters[1]) + t);
    return torch::linear(hidden, parameters[2], parameters[3]);
  }

  std::vector<std::string> names;
  std::vector<torch::Tensor> parameters;
};

OdeMethod method_of(const std::string& recorded) {
  return *parse_ode_method(recorded == "Euler" ? "euler" : recorded == "RK2" ? "rk2" : "rk4");
}

TEST(Ode, SolversAndTheirGradientsAreTheRecordedOnes) {
  const auto golden = second_order_golden("anode_v1");
  for (const auto& recorded : golden.at("cases")) {
    for (const bool checkpoint : {false, true}) {
      const RecordedField field(golden);
      const auto solve = [&](const torch::Tensor& z, const DrawContext*) {
        return integrate(field, z, recorded.at("Nt"), method_of(recorded.at("method")));
      };
      torch::Tensor z0 = tensor_of(golden.at("z0")).requires_grad_();
      const torch::Tensor y =
          checkpoint ? checkpointed(solve, z0, nullptr, field.parameters, {}) : solve(z0, nullptr);
      const std::string what = recorded.at("method").get<std::string>() + (checkpoint ? " checkpointed" : "");
      expect_equal(y, tensor_of(recorded.at("y")), what);
      y.backward(tensor_of(golden.at("dy")));
      expect_equal(z0.grad(), tensor_of(recorded.at("dz0")), what + " dz0");
      for (std::size_t i = 0; i < field.names.size(); ++i)
        expect_equal(field.parameters[i].grad(), tensor_of(recorded.at("dparams").at(field.names[i])),
                     what + " " + field.names[i]);
    }
  }
}

TEST(Ode, UnknownMethodsAreAnsweredWithTheKnownOnes) {
  EXPECT_THAT(parse_ode_method("heun").status().message(), HasSubstr("known: euler, rk2, rk4"));
}

struct Coefficients {
  explicit Coefficients(const nlohmann::json& golden) {
    for (const std::string name : {"d", "vx", "vy", "rho"})
      values.push_back(tensor_of(golden.at(name)).requires_grad_());
  }
  /// The same of every channel.
  Coefficients(const std::vector<double>& each, std::int64_t out) {
    for (const double value : each)
      values.push_back(torch::full({out}, value, torch::kFloat64).requires_grad_());
  }
  torch::Tensor at(const torch::Tensor& weight, double t) const {
    return evolve(weight, values[0], values[1], values[2], values[3], t);
  }
  void expect_gradients(const nlohmann::json& recorded) const {
    const char* names[] = {"d", "vx", "vy", "rho"};
    for (std::size_t i = 0; i < 4; ++i)
      expect_equal(values[i].grad(), tensor_of(recorded.at(names[i])), names[i]);
  }

  std::vector<torch::Tensor> values;
};

TEST(Evolution, TrajectoriesAndTheirGradientsAreTheRecordedOnes) {
  const auto golden = second_order_golden("anodev2_formula");
  for (const std::string name : {"Nt1", "Nt2", "Nt5"}) {
    const auto& recorded = golden.at(name);
    const std::size_t steps = recorded.at("trajectory").size() - 1;
    const Coefficients coefficients(golden);
    torch::Tensor w0 = tensor_of(golden.at("w0")).requires_grad_();
    torch::Tensor w;
    for (std::size_t n = 0; n <= steps; ++n) {
      w = coefficients.at(w0, static_cast<double>(n) / static_cast<double>(steps));
      expect_equal(w, tensor_of(recorded.at("trajectory").at(n)), name);
    }
    w.backward(tensor_of(recorded.at("dLdw1")));
    expect_equal(w0.grad(), tensor_of(recorded.at("grads").at("w0")), name + " w0");
    coefficients.expect_gradients(recorded.at("grads"));
  }
}

TEST(Evolution, BothConfigurationsAreTheRecordedOnes) {
  const auto golden = second_order_golden("anodev2_formula");
  for (const int configuration : {1, 2}) {
    const auto& recorded = golden.at("block_config" + std::to_string(configuration));
    torch::Tensor w0 = tensor_of(recorded.at("w0")).requires_grad_();
    torch::Tensor z0 = tensor_of(recorded.at("z0")).requires_grad_();
    const Coefficients coefficients(recorded.at("coef_d_vx_vy_rho").get<std::vector<double>>(), w0.size(0));
    const auto field = [&](double t, const torch::Tensor& z) {
      return torch::tanh(torch::conv2d(z, coefficients.at(w0, t), {}, 1, 1));
    };
    const torch::Tensor z1 =
        configuration == 1 ? integrate(field, z0, recorded.at("Nt"), OdeMethod::kEuler) : z0 + field(1, z0);
    expect_equal(z1, tensor_of(recorded.at("z1")), "z1");
    z1.backward(tensor_of(recorded.at("dz1")));
    expect_equal(z0.grad(), tensor_of(recorded.at("dz0")), "dz0");
    expect_equal(w0.grad(), tensor_of(recorded.at("grads").at("w0")), "w0");
    coefficients.expect_gradients(recorded.at("grads"));
  }
}

OdeBlock block(Norm norm, const OdeOptions& options) {
  OdeBlock made(OdeBlockShape{4, 3, 2, norm == Norm::kNone, norm, 2}, options);
  const torch::NoGradGuard no_grad;
  int i = 0;
  for (const auto& parameter : made->named_parameters())
    parameter.value().add_(
        0.1 * torch::sin(torch::arange(parameter.value().numel()) + ++i).view_as(parameter.value()));
  return made;
}

/// Output, gradient of the input and of all parameters, then buffers.
std::vector<torch::Tensor> step(OdeBlock& block) {
  torch::Tensor z =
      torch::cos(torch::arange(2 * 4 * 6 * 6, torch::kFloat32)).view({2, 4, 6, 6}).requires_grad_();
  const torch::Tensor y = block(z, nullptr);
  y.square().sum().backward();
  std::vector<torch::Tensor> all{y.detach(), z.grad()};
  for (const auto& parameter : block->parameters()) all.push_back(parameter.grad());
  for (const auto& buffer : block->buffers()) all.push_back(buffer);
  return all;
}

TEST(OdeBlock, ACheckpointChangesNothing) {
  for (const Norm norm : {Norm::kGroup, Norm::kBatch, Norm::kNone}) {
    for (const int configuration : {0, 1, 2}) {
      OdeOptions options{configuration, 3, OdeMethod::kMidpoint, true};
      OdeBlock with = block(norm, options);
      options.checkpoint = false;
      OdeBlock without = block(norm, options);
      const auto a = step(with);
      const auto b = step(without);
      ASSERT_EQ(a.size(), b.size());
      for (std::size_t i = 0; i < a.size(); ++i)
        EXPECT_TRUE(torch::equal(a[i], b[i])) << configuration << " " << i;
    }
  }
}

TEST(OdeBlock, WithOneStepOfStandingWeightsIsAResidualBlock) {
  OdeBlock ode = block(Norm::kGroup, {0, 1, OdeMethod::kEuler, false});
  const torch::Tensor z = torch::cos(torch::arange(2 * 4 * 6 * 6, torch::kFloat32)).view({2, 4, 6, 6});
  const auto p = ode->named_parameters();
  const auto unit = [&](const torch::Tensor& x, const std::string& number) {
    return torch::group_norm(torch::conv2d(x, p["conv" + number + ".weight"], {}, 1, 1), 2,
                             p["norm" + number + ".weight"], p["norm" + number + ".bias"]);
  };
  EXPECT_TRUE(torch::allclose(ode(z, nullptr), z + unit(torch::relu(unit(z, "1")), "2"), 1e-5, 1e-6));
  EXPECT_EQ(p.size(), 6u) << "no coefficients";
}

TEST(OdeBlock, MovingWeightsMatter) {
  OdeBlock moving = block(Norm::kGroup, {1, 2, OdeMethod::kEuler, false});
  OdeBlock standing = block(Norm::kGroup, {0, 2, OdeMethod::kEuler, false});
  const torch::NoGradGuard no_grad;
  for (const auto& parameter : standing->named_parameters())
    parameter.value().copy_(moving->named_parameters()[parameter.key()]);
  const torch::Tensor z = torch::cos(torch::arange(2 * 4 * 6 * 6, torch::kFloat32)).view({2, 4, 6, 6});
  EXPECT_FALSE(torch::allclose(moving(z, nullptr), standing(z, nullptr)));
}

TEST(OdeBlock, BatchNormKnowsTheActivationsOfEveryCall) {
  OdeBlock ode = block(Norm::kBatch, {0, 2, OdeMethod::kMidpoint, false});
  const torch::NoGradGuard no_grad;
  const torch::Tensor z = 3 + torch::cos(torch::arange(16 * 4 * 6 * 6, torch::kFloat32)).view({16, 4, 6, 6});
  torch::Tensor trained;
  for (int i = 0; i < 200; ++i) trained = ode(z, nullptr);
  ode->eval();
  const torch::Tensor evaluated = ode(z, nullptr);
  EXPECT_EQ(ode->named_buffers()["norm1.running_mean"].sizes(), (std::vector<std::int64_t>{4, 4}));
  // All that is left between them is that running variances are unbiased: 1 of 16 * 36 values.
  EXPECT_TRUE(torch::allclose(evaluated, trained, 0, 0.03)) << (evaluated - trained).abs().max();
  for (const auto& buffer : ode->named_buffers())
    buffer.value().copy_(buffer.value().mean(0, true).expand_as(buffer.value()));
  EXPECT_FALSE(torch::allclose(ode(z, nullptr), trained, 0, 0.3)) << "one mean would do for all calls";
}

TEST(OdeBlock, ACheckpointHasNoSecondDerivativeAndSaysSo) {
  OdeBlock with = block(Norm::kGroup, {1, 2, OdeMethod::kEuler, true});
  torch::Tensor z = torch::ones({1, 4, 6, 6}).requires_grad_();
  try {
    torch::autograd::grad({with(z, nullptr).square().sum()}, {z}, {}, true, true);
    ADD_FAILURE() << "a second derivative that is wrong";
  } catch (const c10::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("a checkpointed block has no second derivative"));
  }
}

}  // namespace
}  // namespace covey::nn
