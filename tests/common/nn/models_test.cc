// Parameter counts are those of the papers where these give one (ssfl.md 3), else counted by hand in the
// comment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/image_shape.h"
#include "common/nn/model.h"
#include "tests/support/registered_models.h"

namespace covey::nn {
namespace {

using ::testing::HasSubstr;

ModelOptions options(int channels, int side, int classes, Norm norm) {
  return {ImageShape{channels, side, side}, classes, norm};
}

std::int64_t parameter_count(const std::string& name, const ModelOptions& options) {
  std::int64_t count = 0;
  for (const auto& parameter : (*make_model(name, options, 1))->parameters()) count += parameter.numel();
  return count;
}

TEST(Models, HaveThePublishedParameterCounts) {
  for (const Norm norm : {Norm::kGroup, Norm::kBatch}) {
    EXPECT_EQ(parameter_count("resnet18", options(3, 32, 10, norm)), 11173962);
    EXPECT_EQ(parameter_count("resnet9", options(3, 32, 10, norm)), 6575370);
  }
  EXPECT_EQ(parameter_count("emnist", options(1, 28, 47, Norm::kNone)), 1204655);
  EXPECT_EQ(parameter_count("cnn-cifar", options(3, 32, 10, Norm::kNone)), 1626442);
  for (const Norm norm : {Norm::kGroup, Norm::kNone})
    EXPECT_EQ(parameter_count("mlp", options(1, 28, 10, norm)), 784 * 64 + 64 + 640 + 10);
}

TEST(Models, HaveTheCountedParameterCounts) {
  const auto three = options(3, 32, 10, Norm::kGroup);
  // 3*16*9 + 16*32*9 + 32*64*9 weights, 2 * (16+32+64) in norms, 64*10 + 10.
  EXPECT_EQ(parameter_count("cnn", three), 432 + 4608 + 18432 + 224 + 650);
  // The two norms that the authors' network forgot have 2 * (32 + 64) values.
  EXPECT_EQ(parameter_count("emnist", options(1, 28, 47, Norm::kGroup)), 1204655 + 192);
  EXPECT_EQ(parameter_count("emnist", three), 896 + 18496 + 192 + 12544 * 128 + 128 + 1290);
  // First layer, blocks of two convolutions, two shortcuts, norms of two values a channel, classifier.
  const std::int64_t ends = 432 + 32 + 650;
  const std::int64_t shortcuts = 16 * 32 + 64 + 32 * 64 + 128;
  const std::int64_t first_blocks = (2 * 2304 + 64) + (4608 + 9216 + 128) + (18432 + 36864 + 256);
  const std::int64_t other_blocks = (2 * 2304 + 64) + (2 * 9216 + 128) + (2 * 36864 + 256);
  EXPECT_EQ(parameter_count("resnet8", three), ends + shortcuts + first_blocks);
  EXPECT_EQ(parameter_count("resnet20", three), ends + shortcuts + first_blocks + 2 * other_blocks);
}

TEST(Models, OdeNetworksHaveThePublishedParameterCounts) {
  // Blocks whose weights move have four coefficients a channel of each convolution.
  const std::map<std::string, std::pair<std::int64_t, std::int64_t>> counts{
      {"anode-resnet4", {7706, 4 * 2 * 16}},
      {"anode-resnet10", {44186, 4 * (2 * 2 * 16 + 2 * 32)}},
      {"anode-alexnet", {1756682, 4 * 64}}};
  for (const auto& [name, count] : counts) {
    auto o = options(3, 32, 10, Norm::kBatch);
    o.ode.configuration = 0;
    EXPECT_EQ(parameter_count(name, o), count.first) << name;
    for (const int configuration : {1, 2}) {
      o.ode.configuration = configuration;
      o.ode.steps = 5;
      EXPECT_EQ(parameter_count(name, o), count.first + count.second) << name << ", however many steps";
    }
  }
}

TEST(Models, WithoutNormConvolutionsGetABias) {
  // A bias is half of what a norm would have brought.
  EXPECT_EQ(parameter_count("cnn", options(3, 32, 10, Norm::kNone)), 432 + 4608 + 18432 + 112 + 650);
}

TEST(Models, GiveOneFiniteLogitPerClassForEveryShapeAndNorm) {
  for (const std::string& name : model_registry().names()) {
    // The others: transformer_test.cc, grounding_test.cc.
    if (model_registry().find(name)->kind != std::string(kImageKind)) continue;
    for (const Norm norm : {Norm::kGroup, Norm::kBatch, Norm::kNone}) {
      for (const auto& o : {options(1, 28, 47, norm), options(3, 32, 10, norm)}) {
        const auto model = *make_model(name, o, 3);
        const DrawContext draws{Stream(3, StreamId{Purpose::kDropout, 0, 0, 0}), 0};
        model->set_draws(&draws);
        const auto logits = model->forward(testing::samples_for(o, 2));
        EXPECT_EQ(logits.sizes(), (std::vector<std::int64_t>{2, o.classes})) << name;
        EXPECT_TRUE(torch::isfinite(logits).all().item<bool>()) << name;
        logits.sum().backward();
        for (const auto& parameter : model->named_parameters()) {
          EXPECT_TRUE(parameter.value().grad().defined()) << name << ' ' << parameter.key();
        }
      }
    }
  }
}

TEST(Models, TakeTheirSmallestImageAndRefuseASmallerOne) {
  const std::map<std::string, int> smallest{
      {"cnn", 4},      {"cnn-cifar", 6}, {"emnist", 6},         {"resnet8", 4},       {"resnet9", 8},
      {"resnet18", 8}, {"resnet20", 4},  {"anode-alexnet", 16}, {"anode-resnet4", 4}, {"anode-resnet10", 4}};
  for (const auto& [name, side] : smallest) {
    const auto model = *make_model(name, options(1, side, 10, Norm::kGroup), 1);
    model->eval();
    EXPECT_EQ(model->forward(torch::zeros({1, 1, side, side})).size(1), 10) << name;
    const auto refused = make_model(name, options(1, side - 1, 10, Norm::kGroup), 1);
    EXPECT_EQ(refused.status().code(), Code::kInvalidArgument);
    EXPECT_THAT(refused.status().message(), HasSubstr(name + " takes images from " + std::to_string(side)));
  }
}

TEST(Models, TwoNetworksOfOneShapeDifferInWhatTheyDrop) {
  const auto o = options(3, 32, 10, Norm::kNone);
  const auto emnist = *make_model("emnist", o, 5);
  const auto cifar = *make_model("cnn-cifar", o, 5);
  const torch::Tensor images =
      torch::sin(torch::arange(2 * 3 * 32 * 32, torch::kFloat32)).view({2, 3, 32, 32});
  const DrawContext draws{Stream(3, StreamId{Purpose::kDropout, 0, 0, 0}), 0};
  for (const auto& model : {emnist, cifar}) model->set_draws(&draws);
  EXPECT_FALSE(torch::equal(emnist->forward(images), cifar->forward(images)));
  for (const auto& model : {emnist, cifar}) model->eval();
  EXPECT_TRUE(torch::equal(emnist->forward(images), cifar->forward(images)));
}

TEST(Models, RefuseOptionsOutsideTheirLimits) {
  const auto message = [](const ModelOptions& o) { return make_model("cnn", o, 1).status().message(); };
  EXPECT_EQ(message({ImageShape{0, 28, 28}, 10, Norm::kGroup}),
            "the number of image channels is 0, allowed: 1..16");
  EXPECT_EQ(message({ImageShape{1, 28, 513}, 10, Norm::kGroup}), "the image width is 513, allowed: 1..512");
  EXPECT_EQ(message({ImageShape{1, 28, 28}, 1, Norm::kGroup}),
            "the number of classes is 1, allowed: 2..100000");
  EXPECT_THAT(make_model("vgg", options(1, 28, 10, Norm::kGroup), 1).status().message(),
              HasSubstr("unknown model 'vgg'; known: anode-alexnet, anode-resnet10, anode-resnet4, cnn"));
}

}  // namespace
}  // namespace covey::nn
