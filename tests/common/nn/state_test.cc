#include "common/nn/state.h"

#include <gtest/gtest.h>

#include <numeric>

#include "common/base/image_shape.h"

namespace covey::nn {
namespace {

std::shared_ptr<Model> cnn(Norm norm) {
  return *make_model("cnn", {ImageShape{1, 28, 28}, 10, norm}, 1);
}

TEST(State, LayoutNamesBuffersAsBuffers) {
  const auto model = cnn(Norm::kBatch);
  const Layout layout = layout_of(*model);
  std::size_t buffers = 0;
  for (const TensorSpec& spec : layout.tensors()) {
    const bool running = spec.name.find(".running_") != std::string::npos;
    EXPECT_EQ(spec.kind == TensorKind::kBuffer, running) << spec.name;
    if (running) ++buffers;
  }
  EXPECT_EQ(buffers, 6u);
  EXPECT_EQ(layout.value_count() - layout.without(TensorKind::kBuffer).value_count(), 2u * (16 + 32 + 64));
  EXPECT_EQ(layout.tensors().front().name, "classifier.bias");
  EXPECT_EQ(layout.tensors()[2].shape, (std::vector<std::uint32_t>{16, 1, 3, 3}));
}

TEST(State, ValuesSurviveTheRoundTrip) {
  const auto model = cnn(Norm::kBatch);
  const Layout layout = layout_of(*model);
  Values written(layout.value_count());
  std::iota(written.begin(), written.end(), 1.0f);
  write_values(*model, layout, written);
  const Values read = read_values(*model, layout);
  EXPECT_EQ(read, written);
  // The last tensor by name is norm3.weight.
  EXPECT_EQ(model->named_parameters()["norm3.weight"][63].item<float>(), written.back());
}

TEST(State, WritingKeepsTheTensorsThatOthersHold) {
  const auto model = cnn(Norm::kGroup);
  const torch::Tensor held = model->parameters().front();
  const Layout layout = layout_of(*model);
  write_values(*model, layout, Values(layout.value_count(), 4.0f));
  EXPECT_TRUE(held.eq(4).all().item<bool>());
  EXPECT_TRUE(held.requires_grad());
}

TEST(StateDeathTest, ALayoutOfAnotherModelIsABrokenPromise) {
  const auto model = cnn(Norm::kGroup);
  const Layout other = layout_of(*cnn(Norm::kBatch));
  EXPECT_DEATH(read_values(*model, other), "the layout of another model");
}

}  // namespace
}  // namespace covey::nn
