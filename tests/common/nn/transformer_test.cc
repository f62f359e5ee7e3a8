#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/image_shape.h"
#include "common/base/text_shape.h"
#include "common/nn/model.h"
#include "common/nn/token_norm.h"

namespace covey::nn {
namespace {

using ::testing::HasSubstr;

ModelOptions options(Norm norm) {
  ModelOptions o{TextShape{8}, 3, norm};
  o.vocabulary = 20;
  o.transformer = {12, 2, 3, 16, 0.1};
  return o;
}

constexpr Norm kNorms[] = {Norm::kLayer,  Norm::kBatch,          Norm::kPower,
                           Norm::kPowerV, Norm::kPowerPublished, Norm::kNone};

std::shared_ptr<Model> model(Norm norm) {
  return *make_model("transformer", options(norm), 1);
}

torch::Tensor texts() {
  return torch::tensor({2, 3, 4, 5, 6, 7, 8, 9, 4, 4, 2, 0, 0, 0, 0, 0}, torch::kFloat32).view({2, 8});
}

TEST(Transformer, HasTheCountedParameters) {
  std::int64_t count = 0;
  for (const auto& parameter : model(Norm::kLayer)->parameters()) count += parameter.numel();
  // Tables of 20 and 8 rows; per layer four projections, two halves of a network, two norms; a norm; a
  // classifier.
  const std::int64_t layer = 4 * (12 * 12 + 12) + (12 * 16 + 16) + (16 * 12 + 12) + 2 * 24;
  EXPECT_EQ(count, 28 * 12 + 2 * layer + 24 + (12 * 3 + 3));
}

TEST(Transformer, AsALanguageModelSeesNoLaterWord) {
  const torch::NoGradGuard no_grad;
  for (const Norm norm : kNorms) {
    ModelOptions o = options(norm);
    o.next_word = true;
    const auto m = *make_model("transformer", o, 1);
    m->eval();
    const torch::Tensor whole = m->forward(texts());
    EXPECT_EQ(whole.sizes(), (std::vector<std::int64_t>{2, 8, 20}));
    torch::Tensor other = texts().clone();
    other[0][5] = 11;
    const torch::Tensor changed = m->forward(other);
    EXPECT_TRUE(torch::allclose(whole[0].slice(0, 0, 5), changed[0].slice(0, 0, 5), 1e-5, 1e-6));
    EXPECT_FALSE(torch::allclose(whole[0][5], changed[0][5], 1e-5, 1e-6));
    EXPECT_FALSE(torch::allclose(whole[0][7], changed[0][7], 1e-5, 1e-6)) << "later words see it";
  }
}

TEST(Transformer, PaddingChangesNothing) {
  const torch::NoGradGuard no_grad;
  for (const Norm norm : kNorms) {
    const auto m = model(norm);
    m->eval();
    const torch::Tensor both = m->forward(texts());
    const torch::Tensor alone = m->forward(texts().slice(0, 1, 2).slice(1, 0, 3));
    EXPECT_TRUE(torch::allclose(both[1], alone[0], 1e-5, 1e-6));
  }
}

TEST(Transformer, TheOrderOfWordsCounts) {
  const auto m = model(Norm::kLayer);
  m->eval();
  EXPECT_FALSE(torch::allclose(m->forward(texts()), m->forward(texts().flip(1))));
}

TEST(Transformer, EveryParameterGetsAGradientInTraining) {
  for (const Norm norm : kNorms) {
    const auto m = model(norm);
    const DrawContext draws{Stream(3, StreamId{Purpose::kDropout, 0, 0, 0}), 0};
    m->set_draws(&draws);
    const torch::Tensor logits = m->forward(texts());
    EXPECT_EQ(logits.sizes(), (std::vector<std::int64_t>{2, 3}));
    logits.square().sum().backward();
    for (const auto& parameter : m->named_parameters())
      EXPECT_GT(parameter.value().grad().abs().sum().item<float>(), 0) << parameter.key();
  }
}

TEST(Transformer, RefusesImagesAndTheirNorm) {
  const auto message = [](const std::string& name, const ModelOptions& o) {
    return make_model(name, o, 1).status().message();
  };
  EXPECT_THAT(message("transformer", {ImageShape{3, 32, 32}, 10, Norm::kLayer}),
              HasSubstr("takes samples of kind text, these are of kind image, allowed: anode-alexnet, "));
  EXPECT_THAT(message("transformer", options(Norm::kGroup)),
              HasSubstr("takes other values of model.norm, allowed: layer, batch, power, "));
  for (const std::string name : {"cnn", "mlp", "resnet18"})
    EXPECT_THAT(
        message(name, options(Norm::kBatch)),
        HasSubstr(name + " takes samples of kind image, these are of kind text, allowed: transformer"));
  EXPECT_THAT(message("cnn", {ImageShape{3, 32, 32}, 10, Norm::kLayer}),
              HasSubstr("allowed: group, batch, none"));
  ModelOptions odd = options(Norm::kLayer);
  odd.transformer.heads = 5;
  EXPECT_THAT(message("transformer", odd), HasSubstr("width 12 does not divide among 5 heads"));
}

TEST(TokenNorm, BatchStatisticsAreThoseOfTheWords) {
  const auto norm = make_token_norm(Norm::kBatch, 2, 1);
  // Two texts of two places; the last place of the second is padding, whatever stands there.
  const torch::Tensor x = torch::tensor({1, 10, 3, 20, 5, 60, 999, -999}, torch::kFloat32).view({2, 2, 2});
  const torch::Tensor mask = torch::tensor({1, 1, 1, 0}, torch::kFloat32).view({2, 2, 1});
  const torch::Tensor y = norm->forward(x, mask);
  const torch::Tensor words = torch::tensor({1, 10, 3, 20, 5, 60}, torch::kFloat32).view({3, 2});
  const torch::Tensor mean = words.mean(0);
  const torch::Tensor variance = words.var(0, false);
  const torch::Tensor expected = (words - mean) / (variance + 1e-5).sqrt();
  EXPECT_TRUE(torch::allclose(y.view({4, 2}).slice(0, 0, 3), expected, 1e-5, 1e-6));
  const auto buffers = norm->named_buffers();
  EXPECT_TRUE(torch::allclose(buffers["running_mean"], 0.1 * mean));
  EXPECT_TRUE(torch::allclose(buffers["running_var"], 0.9 + 0.1 * words.var(0, true)));
  norm->eval();
  const torch::Tensor by_running = (x - 0.1 * mean) / (buffers["running_var"] + 1e-5).sqrt();
  EXPECT_TRUE(torch::allclose(norm->forward(x, mask), by_running, 1e-5, 1e-5));
}

}  // namespace
}  // namespace covey::nn
