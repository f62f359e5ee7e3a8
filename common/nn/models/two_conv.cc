#include "common/nn/models/two_conv.h"

#include "common/base/image_shape.h"
#include "common/nn/conv.h"
#include "common/nn/dropout.h"
#include "common/nn/limits.h"
#include "common/nn/linear.h"

namespace covey::nn {

namespace {

constexpr std::int64_t kTwoConvGroups = 32;
constexpr std::int64_t kTwoConvHidden = 128;
constexpr double kFeatureRate = 0.25;
constexpr double kHiddenRate = 0.5;

/// Where a network of the family drops what.
enum class Drops { kChannels, kValues };

/// Values that the convolutions leave of an image: each takes two rows and columns, then pooling halves both.
std::int64_t feature_count(const ImageShape& shape) {
  return 64 * ((shape.height - 4) / 2) * ((shape.width - 4) / 2);
}

class TwoConv final : public Model {
 public:
  TwoConv(const ModelOptions& options, Drops drops) : drops_(drops) {
    const ImageShape shape = ImageShape::of(options.samples);
    conv1_ = register_module("conv1", Conv(ConvOptions{shape.channels, 32}));
    norm1_ = register_module("norm1", NormLayer(options.norm, 32, kTwoConvGroups));
    conv2_ = register_module("conv2", Conv(ConvOptions{32, 64}));
    norm2_ = register_module("norm2", NormLayer(options.norm, 64, kTwoConvGroups));
    dropout_ = register_module("dropout", Dropout("dropout", kFeatureRate));
    hidden_ = register_module("hidden", Linear(feature_count(shape), kTwoConvHidden));
    if (drops_ == Drops::kValues)
      hidden_dropout_ = register_module("hidden_dropout", Dropout("hidden_dropout", kHiddenRate));
    classifier_ = register_module("classifier", Linear(kTwoConvHidden, options.classes));
  }

  torch::Tensor forward(torch::Tensor x) override {
    x = torch::relu(norm1_(conv1_(x, draws())));
    x = torch::max_pool2d(norm2_(conv2_(x, draws())), 2);
    if (drops_ == Drops::kValues) x = x.flatten(1);
    x = torch::relu(dropout_(x, draws()));
    x = torch::relu(hidden_(x.flatten(1), draws()));
    if (drops_ == Drops::kValues) x = hidden_dropout_(x, draws());
    return classifier_(x, draws());
  }

 private:
  Drops drops_;
  Conv conv1_{nullptr};
  NormLayer norm1_{nullptr};
  Conv conv2_{nullptr};
  NormLayer norm2_{nullptr};
  Dropout dropout_{nullptr};
  Linear hidden_{nullptr};
  Dropout hidden_dropout_{nullptr};
  Linear classifier_{nullptr};
};

Result<std::shared_ptr<Model>> make(const char* name, const ModelOptions& options, Drops drops) {
  COVEY_RETURN_IF_ERROR(check_images(name, options, 6));
  return std::shared_ptr<Model>(std::make_shared<TwoConv>(options, drops));
}

}  // namespace

Result<std::shared_ptr<Model>> make_emnist(const ModelOptions& options) {
  return make("emnist", options, Drops::kChannels);
}

Result<std::shared_ptr<Model>> make_cnn_cifar(const ModelOptions& options) {
  return make("cnn-cifar", options, Drops::kValues);
}

}  // namespace covey::nn
