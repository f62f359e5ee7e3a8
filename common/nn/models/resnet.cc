#include "common/nn/models/resnet.h"

#include <algorithm>
#include <vector>

#include "common/base/image_shape.h"
#include "common/nn/limits.h"
#include "common/nn/linear.h"
#include "common/nn/models/basic_block.h"

namespace covey::nn {

namespace {

/// What one network of the family is.
struct Plan {
  std::vector<std::int64_t> widths;  ///< channels of each stage
  std::int64_t blocks = 1;           ///< per stage
  bool paired_groups = false;        ///< groups of two channels; else 32 groups
};

class ResNet final : public Model {
 public:
  ResNet(const ModelOptions& options, const Plan& plan) {
    const NormPlan norms{options.norm, plan.paired_groups};
    std::int64_t width = plan.widths.front();
    conv_ =
        register_module("conv", conv3x3(ImageShape::of(options.samples).channels, width, norms.conv_bias()));
    norm_ = register_module("norm", norms.layer(width));
    for (std::size_t stage = 0; stage < plan.widths.size(); ++stage) {
      for (std::int64_t i = 0; i < plan.blocks; ++i) {
        const std::int64_t stride = stage > 0 && i == 0 ? 2 : 1;
        const std::string name = "stage" + std::to_string(stage + 1) + "_block" + std::to_string(i + 1);
        blocks_.push_back(register_module(name, BasicBlock(width, plan.widths[stage], stride, norms)));
        width = plan.widths[stage];
      }
    }
    classifier_ = register_module("classifier", Linear(width, options.classes));
  }

  torch::Tensor forward(torch::Tensor x) override {
    x = torch::relu(norm_(conv_(x, draws())));
    for (BasicBlock& block : blocks_) x = block(x, draws());
    return classifier_(x.mean({2, 3}), draws());
  }

 private:
  Conv conv_{nullptr};
  NormLayer norm_{nullptr};
  std::vector<BasicBlock> blocks_;
  Linear classifier_{nullptr};
};

Result<std::shared_ptr<Model>> make(const char* name, const ModelOptions& options, const Plan& plan) {
  COVEY_RETURN_IF_ERROR(check_images(name, options, 1 << (plan.widths.size() - 1)));
  return std::shared_ptr<Model>(std::make_shared<ResNet>(options, plan));
}

}  // namespace

Result<std::shared_ptr<Model>> make_resnet8(const ModelOptions& options) {
  return make("resnet8", options, {{16, 32, 64}, 1, true});
}

Result<std::shared_ptr<Model>> make_resnet20(const ModelOptions& options) {
  return make("resnet20", options, {{16, 32, 64}, 3, true});
}

Result<std::shared_ptr<Model>> make_resnet18(const ModelOptions& options) {
  return make("resnet18", options, {{64, 128, 256, 512}, 2, false});
}

}  // namespace covey::nn
