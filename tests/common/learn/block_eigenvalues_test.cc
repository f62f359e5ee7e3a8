#include "common/learn/block_eigenvalues.h"
#include "common/base/image_shape.h"

#include <gtest/gtest.h>

#include "tests/common/learn/hand_made.h"

namespace covey::learn {
namespace {

/// A weight in each block: the logits
/// (p w, 0) of label 0 give softplus(-p w), whose second derivative at w = 0 is p^2 / 4 for pixel p.
class TwoBlocks final : public nn::Model {
 public:
  TwoBlocks() {
    first_ = register_module("layer1", std::make_shared<Weight>());
    second_ = register_module("layer2", std::make_shared<Weight>());
  }
  torch::Tensor forward(torch::Tensor images) override {
    const torch::Tensor pixel = images.flatten(1).slice(1, 0, 1);
    const torch::Tensor logit = pixel * first_->value + 2 * pixel * second_->value;
    return torch::cat({logit, torch::zeros_like(logit), torch::full_like(logit, -1e9)}, 1);
  }

 private:
  struct Weight : torch::nn::Module {
    Weight() { value = register_parameter("weight", torch::zeros({1})); }
    torch::Tensor value;
  };
  std::shared_ptr<Weight> first_;
  std::shared_ptr<Weight> second_;
};

TEST(BlockEigenvalues, AreThoseOfEachBlockOnEachPart) {
  TwoBlocks model;
  data::DataSpec spec{ImageShape{1, 1, 1}, 3, {{0.0f}, {1.0f / 255}}};
  data::SampleSet images;
  images.format = spec.format;
  images.bytes = {1, 1, 2, 2, 9};  // the last is left over
  images.labels = {0, 0, 0, 0, 0};
  const Samples samples = all_samples(images);
  const auto found = block_eigenvalues(
      model, samples, spec, 2, [](const std::string& name) { return name.substr(0, name.find('.')); },
      Stream(1, {}));
  ASSERT_TRUE(found.ok()) << found.status().message();
  ASSERT_EQ(found->size(), 2u);
  EXPECT_NEAR(found->at("layer1")[0], 0.25, 1e-5);
  EXPECT_NEAR(found->at("layer1")[1], 1, 1e-5);
  EXPECT_NEAR(found->at("layer2")[0], 1, 1e-5);
  EXPECT_NEAR(found->at("layer2")[1], 4, 1e-5);
}

}  // namespace
}  // namespace covey::learn
