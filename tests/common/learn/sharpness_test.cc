// The term is held to its formula on a linear model, where every gradient is known.
#include "common/learn/sharpness.h"
#include "common/base/image_shape.h"

#include <gtest/gtest.h>

#include "common/learn/objective.h"
#include "common/nn/norm.h"

namespace covey::learn {
namespace {

class Linear final : public nn::Model {
 public:
  Linear() {
    weight = register_parameter("weight", torch::tensor({0.5f, -1.0f, 0.25f, 2.0f}).view({2, 2}));
    bias = register_parameter("bias", torch::tensor({0.1f, -0.2f}));
  }
  torch::Tensor forward(torch::Tensor x) override { return torch::linear(x.flatten(1), weight, bias); }

  torch::Tensor weight;
  torch::Tensor bias;
};

torch::Tensor views() {
  return torch::tensor({1.0f, 0.5f, -1.0f, 2.0f, 0.3f, 0.7f}).view({3, 1, 1, 2});
}

const torch::Tensor kLabels = torch::tensor({0, 1, 1}, torch::kInt64);

/// The prediction at the worst weights. The gradient of the masked cross-entropy, by hand:
/// (softmax - one-hot) * mask / N, times the input.
torch::Tensor prediction_there(const Linear& model, double rho, const torch::Tensor& sure) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = views().flatten(1);
  const torch::Tensor p = torch::softmax(torch::linear(x, model.weight, model.bias), 1);
  const torch::Tensor error = (p - torch::one_hot(kLabels, 2)) * sure.unsqueeze(1) / 3;
  const torch::Tensor scale = model.weight.abs() + 0.01;
  const torch::Tensor g_weight = error.t().mm(x);
  const torch::Tensor g_bias = error.sum(0);
  const torch::Tensor norm = ((g_weight * scale).pow(2).sum() + g_bias.pow(2).sum()).sqrt();
  const torch::Tensor weight = model.weight + rho * scale * scale * g_weight / norm;
  return torch::softmax(torch::linear(x, weight, model.bias + rho * g_bias / norm), 1);
}

TEST(Sharpness, IsTheDivergenceAtTheWorstWeightsNearby) {
  Linear model;
  const torch::Tensor sure = torch::tensor({1.0f, 0.0f, 1.0f});
  const torch::Tensor logits = model.forward(views());
  const double found = Sharpness(model, 0.1).loss(views(), logits, kLabels, sure).item<double>();
  const torch::Tensor p = torch::softmax(logits, 1);
  const torch::Tensor q = prediction_there(model, 0.1, sure);
  const torch::Tensor divergence = (q * (q.log() - p.log())).sum(1);
  EXPECT_NEAR(found, (divergence * sure).sum().item<double>() / 3, 1e-6);
  EXPECT_GT(found, 1e-4);
}

TEST(Sharpness, OnlyThePredictionAtTheOriginalWeightsHasAGradient) {
  Linear model;
  const torch::Tensor sure = torch::tensor({1.0f, 0.0f, 1.0f});
  const torch::Tensor logits = model.forward(views());
  const torch::Tensor loss = Sharpness(model, 0.5).loss(views(), logits, kLabels, sure);
  EXPECT_FALSE(model.weight.grad().defined()) << "the gradient of the step there is nobody's";
  loss.backward();
  // KL(q || p) by the logits of p: p - q.
  const torch::Tensor p = torch::softmax(logits, 1).detach();
  const torch::Tensor error = (p - prediction_there(model, 0.5, sure)) * sure.unsqueeze(1) / 3;
  EXPECT_TRUE(torch::allclose(model.weight.grad(), error.t().mm(views().flatten(1)), 1e-4, 1e-7));
  EXPECT_TRUE(torch::allclose(model.bias.grad(), error.sum(0), 1e-4, 1e-7));
}

TEST(Sharpness, IsZeroWithoutASureImage) {
  Linear model;
  const torch::Tensor logits = model.forward(views());
  EXPECT_EQ(Sharpness(model, 0.5).loss(views(), logits, kLabels, torch::zeros({3})).item<float>(), 0);
}

TEST(Sharpness, LeavesWeightsStatisticsAndDrawsAsTheyWere) {
  const nn::ModelOptions options{ImageShape{1, 28, 28}, 3, nn::Norm::kBatch};
  const auto model = *nn::make_model("cnn-cifar", options, 4);
  const nn::DrawContext draws{Stream(3, StreamId{Purpose::kDropout, 0, 0, 0}), 5};
  model->set_draws(&draws);
  const torch::Tensor view = torch::sin(torch::arange(3 * 28 * 28, torch::kFloat32)).view({3, 1, 28, 28});
  const torch::Tensor logits = model->forward(view);
  std::vector<torch::Tensor> before;
  for (const auto& tensor : model->parameters()) before.push_back(tensor.detach().clone());
  for (const auto& tensor : model->buffers()) before.push_back(tensor.clone());
  const torch::Tensor cross_entropy = torch::nn::functional::cross_entropy(logits, kLabels);
  const torch::Tensor term = Sharpness(*model, 0.1).loss(view, logits, kLabels, torch::ones({3}));
  EXPECT_GT(term.item<float>(), 0);
  std::size_t i = 0;
  for (const auto& tensor : model->parameters()) EXPECT_TRUE(torch::equal(tensor, before[i++]));
  for (const auto& tensor : model->buffers()) EXPECT_TRUE(torch::equal(tensor, before[i++]));
  (cross_entropy + term).backward();  // the graph at the original weights is still whole
  for (const auto& tensor : model->parameters()) EXPECT_TRUE(tensor.grad().defined());
  // A step of no length sees the very same prediction, dropout included.
  EXPECT_NEAR(
      Sharpness(*model, 1e-12).loss(view, model->forward(view), kLabels, torch::ones({3})).item<float>(), 0,
      1e-6);
}

}  // namespace
}  // namespace covey::learn
