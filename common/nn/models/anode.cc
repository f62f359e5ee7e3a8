#include "common/nn/models/anode.h"

#include "common/base/image_shape.h"
#include "common/nn/limits.h"
#include "common/nn/linear.h"
#include "common/nn/models/basic_block.h"
#include "common/nn/ode/block.h"

namespace covey::nn {

namespace {

/// Groups of two channels, as in the small residual networks.
NormLayer anode_norm(Norm norm, std::int64_t width) {
  return NormLayer(norm, width, width / 2);
}

OdeBlock residual_ode(const ModelOptions& options, std::int64_t width) {
  return OdeBlock(OdeBlockShape{width, 3, 2, options.norm == Norm::kNone, options.norm, width / 2},
                  options.ode);
}

class AnodeResNet4 final : public Model {
 public:
  explicit AnodeResNet4(const ModelOptions& options) {
    conv_ = register_module(
        "conv", conv3x3(ImageShape::of(options.samples).channels, 16, options.norm == Norm::kNone));
    norm_ = register_module("norm", anode_norm(options.norm, 16));
    block_ = register_module("block", residual_ode(options, 16));
    classifier_ = register_module("classifier", Linear(16 * 4 * 4, options.classes));
  }

  torch::Tensor forward(torch::Tensor x) override {
    x = torch::relu(norm_(conv_(x, draws())));
    x = torch::relu(block_(x, draws()));
    return classifier_(torch::adaptive_avg_pool2d(x, {4, 4}).flatten(1), draws());
  }

 private:
  Conv conv_{nullptr};
  NormLayer norm_{nullptr};
  OdeBlock block_{nullptr};
  Linear classifier_{nullptr};
};

class AnodeResNet10 final : public Model {
 public:
  explicit AnodeResNet10(const ModelOptions& options) {
    conv_ = register_module(
        "conv", conv3x3(ImageShape::of(options.samples).channels, 16, options.norm == Norm::kNone));
    norm_ = register_module("norm", anode_norm(options.norm, 16));
    block1_ = register_module("block1", residual_ode(options, 16));
    block2_ = register_module("block2", residual_ode(options, 16));
    widen_ = register_module("widen", BasicBlock(16, 32, 2, NormPlan{options.norm, true}));
    block3_ = register_module("block3", residual_ode(options, 32));
    classifier_ = register_module("classifier", Linear(32 * 2 * 2, options.classes));
  }

  torch::Tensor forward(torch::Tensor x) override {
    x = torch::relu(norm_(conv_(x, draws())));
    x = torch::relu(block1_(x, draws()));
    x = torch::relu(block2_(x, draws()));
    x = torch::relu(block3_(widen_(x, draws()), draws()));
    return classifier_(torch::adaptive_avg_pool2d(x, {2, 2}).flatten(1), draws());
  }

 private:
  Conv conv_{nullptr};
  NormLayer norm_{nullptr};
  OdeBlock block1_{nullptr};
  OdeBlock block2_{nullptr};
  BasicBlock widen_{nullptr};
  OdeBlock block3_{nullptr};
  Linear classifier_{nullptr};
};

class AnodeAlexNet final : public Model {
 public:
  explicit AnodeAlexNet(const ModelOptions& options) {
    conv_ =
        register_module("conv", Conv(ConvOptions{ImageShape::of(options.samples).channels, 64, 5, {1, 2}}));
    norm_ = register_module("norm", anode_norm(options.norm, 64));
    block_ = register_module("block", OdeBlock(OdeBlockShape{64, 5, 1, true, options.norm, 32}, options.ode));
    hidden1_ = register_module("hidden1", Linear(64 * 8 * 8, 384));
    hidden2_ = register_module("hidden2", Linear(384, 192));
    classifier_ = register_module("classifier", Linear(192, options.classes));
  }

  torch::Tensor forward(torch::Tensor x) override {
    x = torch::max_pool2d(torch::relu(norm_(conv_(x, draws()))), 2);
    x = torch::relu(block_(x, draws()));
    x = torch::adaptive_avg_pool2d(x, {8, 8}).flatten(1);
    x = torch::relu(hidden1_(x, draws()));
    x = torch::relu(hidden2_(x, draws()));
    return classifier_(x, draws());
  }

 private:
  Conv conv_{nullptr};
  NormLayer norm_{nullptr};
  OdeBlock block_{nullptr};
  Linear hidden1_{nullptr};
  Linear hidden2_{nullptr};
  Linear classifier_{nullptr};
};

template <typename Network>
Result<std::shared_ptr<Model>> make_anode(const char* name, const ModelOptions& options, int smallest) {
  COVEY_RETURN_IF_ERROR(check_images(name, options, smallest));
  return std::shared_ptr<Model>(std::make_shared<Network>(options));
}

}  // namespace

Result<std::shared_ptr<Model>> make_anode_resnet4(const ModelOptions& options) {
  return make_anode<AnodeResNet4>("anode-resnet4", options, 4);
}

Result<std::shared_ptr<Model>> make_anode_resnet10(const ModelOptions& options) {
  return make_anode<AnodeResNet10>("anode-resnet10", options, 4);
}

Result<std::shared_ptr<Model>> make_anode_alexnet(const ModelOptions& options) {
  return make_anode<AnodeAlexNet>("anode-alexnet", options, 16);
}

}  // namespace covey::nn
