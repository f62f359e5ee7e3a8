// Held to recordings of the authors' code (kPublished) and of the formulas of second-order-and-models.md C.
#include "common/nn/power_norm.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "tests/support/second_order.h"

namespace covey::nn {
namespace {

using testing::second_order_golden;
using testing::tensor_of;

torch::Tensor list_of(const nlohmann::json& json) {
  return torch::tensor(json.get<std::vector<double>>(), torch::kFloat64);
}

void expect_close(const torch::Tensor& found, const torch::Tensor& expected, const std::string& what) {
  EXPECT_TRUE(torch::allclose(found, expected, 1e-12, 1e-12))
      << what << " off by " << (found - expected).abs().max().item<double>();
}

class PowerNormGolden : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override { golden_ = second_order_golden(GetParam()); }

  PowerNormOptions options(PowerRule rule) const {
    return {golden_.at("C"),
            rule == PowerRule::kPublished ? golden_.at("group_num").get<std::int64_t>() : 0,
            rule,
            golden_.at("warmup_iters"),
            golden_.at("alpha_fwd"),
            golden_.at("alpha_bkw")};
  }

  std::shared_ptr<PowerNorm> norm(PowerRule rule) const {
    auto made = std::make_shared<PowerNorm>(options(rule));
    made->to(torch::kFloat64);
    const torch::NoGradGuard no_grad;
    made->named_parameters()["weight"].copy_(tensor_of(golden_.at("weight")));
    made->named_parameters()["bias"].copy_(tensor_of(golden_.at("bias")));
    return made;
  }

  /// T x B x 1; the recordings have time first.
  torch::Tensor mask() const {
    torch::Tensor mask = torch::ones({golden_.at("T"), golden_.at("B"), 1}, torch::kFloat64);
    if (golden_.at("pad_mask_BT").is_null()) return mask;
    for (std::int64_t b = 0; b < mask.size(1); ++b) {
      for (std::int64_t t = 0; t < mask.size(0); ++t) {
        const auto& padded =
            golden_.at("pad_mask_BT").at(static_cast<std::size_t>(b)).at(static_cast<std::size_t>(t));
        if (padded.is_boolean() ? padded.get<bool>() : padded.get<int>() != 0) mask[t][b][0] = 0;
      }
    }
    return mask;
  }

  struct Step {
    torch::Tensor y;
    torch::Tensor dx;
  };
  Step take(PowerNorm& norm, const nlohmann::json& step) const {
    norm.zero_grad();
    torch::Tensor x = tensor_of(step.at("x")).requires_grad_();
    const torch::Tensor y = norm.forward(x, mask());
    y.backward(tensor_of(step.at("dy")));
    return {y.detach(), x.grad()};
  }

  nlohmann::json golden_;
};

TEST_P(PowerNormGolden, PublishedRuleIsTheAuthorsCode) {
  const auto norm = this->norm(PowerRule::kPublished);
  for (const auto& step : golden_.at("steps")) {
    const Step taken = take(*norm, step);
    expect_close(taken.y, tensor_of(step.at("y")), "y");
    expect_close(taken.dx, tensor_of(step.at("dx")), "dx");
    expect_close(norm->named_parameters()["weight"].grad(), tensor_of(step.at("dweight")), "dweight");
    expect_close(norm->named_parameters()["bias"].grad(), tensor_of(step.at("dbias")), "dbias");
    expect_close(norm->psi(), list_of(step.at("running_phi_after")), "psi");
    expect_close(norm->correction(), list_of(step.at("ema_gz_after")), "correction");
  }
  norm->eval();
  expect_close(norm->forward(tensor_of(golden_.at("eval_x")), mask()), tensor_of(golden_.at("eval_y")),
               "eval y");
}

INSTANTIATE_TEST_SUITE_P(Recordings, PowerNormGolden,
                         ::testing::Values("powernorm_nowarm_g2", "powernorm_warm3_g2_mask"),
                         [](const auto& one) { return std::string(one.param); });

using PowerNormFormulas = PowerNormGolden;

TEST_P(PowerNormFormulas, PaperRuleIsAlgorithm2) {
  const auto norm = this->norm(PowerRule::kPaper);
  for (const auto& step : golden_.at("steps")) {
    const Step taken = take(*norm, step);
    const auto& expected = step.at("paper_pn_no_gs");
    expect_close(taken.y, tensor_of(expected.at("y")), "y");
    expect_close(taken.dx, tensor_of(expected.at("dx")), "dx");
    expect_close(norm->psi(), list_of(expected.at("psi2_after")), "psi");
    expect_close(norm->correction(), list_of(expected.at("nu_after")), "nu");
  }
}

TEST_P(PowerNormFormulas, ExactRuleIsPowerNormV) {
  const auto norm = this->norm(PowerRule::kExact);
  for (const auto& step : golden_.at("steps")) {
    const Step taken = take(*norm, step);
    expect_close(taken.y, tensor_of(step.at("pnv_exact_no_gs").at("y")), "y");
    expect_close(taken.dx, tensor_of(step.at("pnv_exact_no_gs").at("dx")), "dx");
  }
}

INSTANTIATE_TEST_SUITE_P(Recordings, PowerNormFormulas, ::testing::Values("powernorm_nowarm_g2"));

TEST(GroupScaling, IsTheRecordedOne) {
  const auto golden = second_order_golden("group_scaling");
  torch::Tensor x = tensor_of(golden.at("x")).requires_grad_();
  const torch::Tensor y = group_scaling(x, golden.at("group_num"));
  y.backward(tensor_of(golden.at("dy")));
  expect_close(y, tensor_of(golden.at("y")), "y");
  expect_close(x.grad(), tensor_of(golden.at("dx")), "dx");
}

torch::Tensor some(std::vector<std::int64_t> sizes) {
  const std::int64_t count = c10::multiply_integers(sizes);
  return torch::sin(torch::arange(count, torch::kFloat64) * 1.7).view(sizes);
}

TEST(PowerNorm, StatisticsAreThoseOfTheWords) {
  torch::Tensor x = some({2, 3, 4});
  const torch::Tensor mask = torch::tensor({1.0, 1.0, 0.0, 1.0, 0.0, 0.0}, torch::kFloat64).view({2, 3, 1});
  for (const PowerRule rule : {PowerRule::kPaper, PowerRule::kPublished, PowerRule::kExact}) {
    PowerNorm one({4, 0, rule});
    PowerNorm other({4, 0, rule});
    one.to(torch::kFloat64);
    other.to(torch::kFloat64);
    one.forward(x, mask);
    other.forward(x + 100 * (1 - mask), mask);
    expect_close(one.psi(), other.psi(), "psi");
    EXPECT_FALSE(torch::allclose(one.psi(), torch::ones({4}, torch::kFloat64)));
  }
}

TEST(PowerNorm, AMeanOfBuffersWeighsStatisticsByWords) {
  PowerNorm few({2, 0, PowerRule::kExact});
  PowerNorm many({2, 0, PowerRule::kExact});
  const auto steps = [](PowerNorm& norm, std::int64_t words, double size) {
    for (int i = 0; i < 200; ++i) norm.forward(torch::full({1, words, 2}, size), torch::ones({1, words, 1}));
  };
  steps(few, 10, 1);
  steps(many, 30, 3);
  PowerNorm averaged({2, 0, PowerRule::kExact});
  const torch::NoGradGuard no_grad;
  for (const auto& buffer : averaged.named_buffers())
    buffer.value().copy_((few.named_buffers()[buffer.key()] + many.named_buffers()[buffer.key()]) / 2);
  EXPECT_NEAR(averaged.psi()[0].item<double>(), (10 * 1 + 30 * 9) / 40.0, 1e-4);
}

TEST(PowerNorm, HasNoSecondDerivativeInTrainingAndSaysSo) {
  const torch::Tensor mask = torch::ones({2, 3, 1}, torch::kFloat64);
  for (const PowerRule rule : {PowerRule::kPaper, PowerRule::kPublished}) {
    PowerNorm norm({4, 2, rule});
    norm.to(torch::kFloat64);
    torch::Tensor x = some({2, 3, 4}).requires_grad_();
    try {
      torch::autograd::grad({norm.forward(x, mask).square().sum()}, {x}, {}, true, true);
      ADD_FAILURE() << "a second derivative that is wrong";
    } catch (const c10::Error& error) {
      EXPECT_NE(std::string(error.what()).find("model.norm = power-v has"), std::string::npos);
    }
    norm.eval();
    const auto gradient = torch::autograd::grad({norm.forward(x, mask).pow(3).sum()}, {x}, {}, true, true);
    EXPECT_TRUE(torch::autograd::grad({gradient[0].sum()}, {x})[0].defined()) << "eval mode has";
  }
}

}  // namespace
}  // namespace covey::nn
