#include "common/nn/models/resnet9.h"

#include "common/base/image_shape.h"
#include "common/nn/limits.h"
#include "common/nn/linear.h"
#include "common/nn/models/layers.h"

namespace covey::nn {

namespace {

constexpr std::int64_t kResNet9Groups = 32;

class UnitImpl : public torch::nn::Module {
 public:
  UnitImpl(std::int64_t in, std::int64_t out, Norm norm) {
    conv_ = register_module("conv", conv3x3(in, out, true));
    norm_ = register_module("norm", NormLayer(norm, out, kResNet9Groups));
  }

  torch::Tensor forward(const torch::Tensor& x, const DrawContext* draws) {
    return torch::relu(norm_(conv_(x, draws)));
  }

 private:
  Conv conv_{nullptr};
  NormLayer norm_{nullptr};
};
TORCH_MODULE(Unit);

class ResNet9 final : public Model {
 public:
  explicit ResNet9(const ModelOptions& options) {
    const auto unit = [&](const char* name, std::int64_t in, std::int64_t out) {
      return register_module(name, Unit(in, out, options.norm));
    };
    prepare_ = unit("prepare", ImageShape::of(options.samples).channels, 64);
    widen1_ = unit("widen1", 64, 128);
    residual1a_ = unit("residual1a", 128, 128);
    residual1b_ = unit("residual1b", 128, 128);
    widen2_ = unit("widen2", 128, 256);
    widen3_ = unit("widen3", 256, 512);
    residual3a_ = unit("residual3a", 512, 512);
    residual3b_ = unit("residual3b", 512, 512);
    classifier_ = register_module("classifier", Linear(512, options.classes));
  }

  torch::Tensor forward(torch::Tensor x) override {
    x = torch::max_pool2d(widen1_(prepare_(x, draws()), draws()), 2);
    x = residual1b_(residual1a_(x, draws()), draws()) + x;
    x = torch::max_pool2d(widen2_(x, draws()), 2);
    x = torch::max_pool2d(widen3_(x, draws()), 2);
    x = residual3b_(residual3a_(x, draws()), draws()) + x;
    return classifier_(x.amax({2, 3}), draws());
  }

 private:
  Unit prepare_{nullptr};
  Unit widen1_{nullptr};
  Unit residual1a_{nullptr};
  Unit residual1b_{nullptr};
  Unit widen2_{nullptr};
  Unit widen3_{nullptr};
  Unit residual3a_{nullptr};
  Unit residual3b_{nullptr};
  Linear classifier_{nullptr};
};

}  // namespace

Result<std::shared_ptr<Model>> make_resnet9(const ModelOptions& options) {
  COVEY_RETURN_IF_ERROR(check_images("resnet9", options, 8));
  return std::shared_ptr<Model>(std::make_shared<ResNet9>(options));
}

}  // namespace covey::nn
