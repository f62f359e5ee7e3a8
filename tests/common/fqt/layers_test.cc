// What the settings do to whole models.
#include "common/fqt/layers.h"
#include "common/base/image_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/nn/linear.h"
#include "tests/common/fqt/support.h"
#include "tests/support/registered_models.h"

namespace covey::fqt {
namespace {

using covey::testing::options_for;
using covey::testing::samples_for;
using testing::draws;
using testing::noise;

config::Fqt settings(const std::string& mode) {
  config::Fqt fqt;
  fqt.mode = mode;
  fqt.gradient_bits = 4;
  return fqt;
}

std::shared_ptr<nn::Model> model(const std::string& name, const config::Fqt& fqt) {
  auto made = *nn::make_model(name, options_for(name, 1, 16, 5), 3);
  const Status status = quantise_layers(*made, fqt);
  EXPECT_TRUE(status.ok()) << status.message();
  return made;
}

using GradientsByName = std::map<std::string, torch::Tensor>;

/// Logits under "", and the gradient of every parameter, of one step.
GradientsByName step(nn::Model& model, const torch::Tensor& samples) {
  const nn::DrawContext context = draws(1);
  model.set_draws(&context);
  const torch::Tensor logits = model.forward(samples).flatten(1);
  torch::nn::functional::cross_entropy(logits, torch::tensor({0, 1, 2, 3}, torch::kInt64)).backward();
  GradientsByName gradients{{"", logits.detach()}};
  for (const auto& item : model.named_parameters()) gradients[item.key()] = item.value().grad();
  model.set_draws(nullptr);
  return gradients;
}

GradientsByName step(const std::string& name, const config::Fqt& fqt) {
  return step(*model(name, fqt), samples_for(options_for(name, 1, 16, 5), 4));
}

std::vector<std::string> differences(const GradientsByName& a, const GradientsByName& b) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : a) {
    if (!torch::equal(tensor, b.at(name))) names.push_back(name);
  }
  return names;
}

TEST(Layers, OffLeavesEveryModelAlone) {
  for (const std::string& name : nn::model_registry().names()) {
    const nn::ModelOptions options = options_for(name, 1, 16, 5);
    auto plain = *nn::make_model(name, options, 3);
    EXPECT_THAT(differences(step(name, settings("off")), step(*plain, samples_for(options, 4))),
                ::testing::IsEmpty())
        << name;
  }
}

TEST(Layers, EveryModelTrainsInEveryMode) {
  for (const std::string& name : nn::model_registry().names()) {
    const GradientsByName plain = step(name, settings("off"));
    const GradientsByName qat = step(name, settings("qat"));
    const GradientsByName fqt = step(name, settings("fqt"));
    const GradientsByName activations = step(name, settings("activations"));
    const std::string last = name == "grounding" ? "phrase.bias" : "classifier.bias";
    EXPECT_FALSE(torch::equal(qat.at(""), plain.at(""))) << name;
    EXPECT_TRUE(torch::equal(qat.at(""), fqt.at(""))) << name << ": gradients change no forward";
    EXPECT_FALSE(torch::equal(activations.at(""), plain.at(""))) << name;
    EXPECT_FALSE(torch::equal(activations.at(""), qat.at(""))) << name << ": weights are not rounded";
    EXPECT_TRUE(torch::allclose(qat.at(""), plain.at(""), 0.1, 0.1)) << name;
    for (const auto& [parameter, gradient] : fqt) {
      EXPECT_TRUE(torch::isfinite(gradient).all().item<bool>()) << name << " " << parameter;
      if (parameter == last || parameter.empty()) continue;
      EXPECT_FALSE(torch::equal(gradient, qat.at(parameter))) << name << " " << parameter;
    }
    // The gradient of the last bias has gone through no product.
    EXPECT_TRUE(torch::equal(fqt.at(last), qat.at(last))) << name;
  }
}

TEST(Layers, RoundedInputsLeaveWeightsAndGradientsAlone) {
  const auto rounded = model("mlp", settings("activations"));
  const auto plain = model("mlp", settings("off"));
  const auto hidden_of = [](nn::Model& m) {
    return std::dynamic_pointer_cast<nn::LinearImpl>(m.named_modules("", false)["hidden"]);
  };
  const torch::Tensor x = noise({4, 256}, 9);
  // On the grid of its own range: 255 steps from its least to its greatest value.
  const torch::Tensor step = (x.max() - x.min()) / 255;
  const torch::Tensor on_grid = x.min() + ((x - x.min()) / step).round() * step;
  const torch::Tensor y = hidden_of(*rounded)->forward(x, nullptr);
  EXPECT_TRUE(torch::allclose(y, hidden_of(*plain)->forward(on_grid, nullptr), 0, 1e-4));
  EXPECT_FALSE(torch::equal(y, hidden_of(*plain)->forward(x, nullptr)));
  y.backward(noise({4, 64}, 10));
  hidden_of(*plain)->forward(on_grid, nullptr).backward(noise({4, 64}, 10));
  EXPECT_TRUE(torch::allclose(hidden_of(*rounded)->named_parameters()["weight"].grad(),
                              hidden_of(*plain)->named_parameters()["weight"].grad(), 0, 1e-3));
}

TEST(Layers, AllExemptIsOff) {
  config::Fqt fqt = settings("fqt");
  fqt.exempt = {"conv1", "conv2", "conv3", "classifier"};
  EXPECT_THAT(differences(step("cnn", fqt), step("cnn", settings("off"))), ::testing::IsEmpty());
}

TEST(Layers, AnExemptLayerIsPlain) {
  config::Fqt fqt = settings("fqt");
  fqt.exempt = {"hidden"};
  const auto exempt = model("mlp", fqt);
  const auto plain = model("mlp", settings("off"));
  const auto hidden_of = [](nn::Model& m) {
    return std::dynamic_pointer_cast<nn::LinearImpl>(m.named_modules("", false)["hidden"]);
  };
  const torch::Tensor x = noise({4, 256}, 9);
  const nn::DrawContext context = draws(1);
  EXPECT_TRUE(torch::equal(hidden_of(*exempt)->forward(x, &context), hidden_of(*plain)->forward(x, nullptr)));
  const auto weight_gradient = [&](nn::Model& m) {
    hidden_of(m)->forward(x, &context).backward(noise({4, 64}, 10));
    return hidden_of(m)->named_parameters()["weight"].grad();
  };
  EXPECT_TRUE(torch::equal(weight_gradient(*exempt), weight_gradient(*plain)));
  fqt.exempt = {"classifier"};
  EXPECT_FALSE(torch::equal(hidden_of(*model("mlp", fqt))->forward(x, &context),
                            hidden_of(*plain)->forward(x, nullptr)));
}

TEST(Layers, EvaluationIsQuantisedAndNeedsNoDraws) {
  const torch::NoGradGuard no_grad;
  const auto logits = [](const std::string& mode, bool training) {
    const auto made = model("cnn", settings(mode));
    made->train(training);
    return made->forward(noise({4, 1, 16, 16}, 9));
  };
  EXPECT_TRUE(torch::equal(logits("fqt", false), logits("fqt", true)));
  EXPECT_TRUE(torch::equal(logits("fqt", false), logits("qat", false)));
  EXPECT_FALSE(torch::equal(logits("fqt", false), logits("off", false)));
}

TEST(Layers, LayersOfOneShapeDrawApart) {
  config::Fqt fqt = settings("fqt");
  const auto made = model("resnet20", fqt);
  std::map<std::string, std::shared_ptr<nn::ConvImpl>> convs;
  for (const auto& item : made->named_modules("", false)) {
    if (auto conv = std::dynamic_pointer_cast<nn::ConvImpl>(item.value())) convs[item.key()] = conv;
  }
  const auto gradient = [&](const std::string& name) {
    const auto conv = convs.at(name);
    const torch::NoGradGuard no_grad;
    conv->named_parameters()["weight"].copy_(noise({16, 16, 3, 3}, 4));
    torch::AutoGradMode grad(true);
    const nn::DrawContext context = draws(1);
    const torch::Tensor x = noise({4, 16, 5, 5}, 5).requires_grad_();
    conv->forward(x, &context).backward(noise({4, 16, 5, 5}, 6));
    return x.grad();
  };
  EXPECT_FALSE(torch::equal(gradient("stage1_block1.conv1"), gradient("stage1_block1.conv2")));
  EXPECT_FALSE(torch::equal(gradient("stage1_block1.conv1"), gradient("stage1_block2.conv1")));
}

TEST(Layers, UnknownNamesAreToldTheKnownOnes) {
  auto made = *nn::make_model("cnn", {ImageShape{1, 12, 12}, 5, nn::Norm::kGroup}, 3);
  for (const std::string mode : {"off", "fqt"}) {
    config::Fqt fqt = settings(mode);
    fqt.exempt = {"conv1", "norm1"};
    const Status status = quantise_layers(*made, fqt);
    EXPECT_EQ(status.code(), Code::kInvalidArgument);
    EXPECT_EQ(status.message(),
              "fqt.exempt: the model has no layer \"norm1\", allowed: conv1, conv2, conv3, classifier");
  }
  config::Fqt fqt = settings("fqt");
  fqt.gradient_quantiser = "sym";
  EXPECT_EQ(quantise_layers(*made, fqt).message(), "unknown gradient quantiser 'sym'; known: bhq, psq, ptq");
}

}  // namespace
}  // namespace covey::fqt
