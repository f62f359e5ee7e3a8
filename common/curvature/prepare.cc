#include "common/curvature/prepare.h"

#include "common/curvature/conv_product.h"
#include "common/curvature/group_norm.h"
#include "common/nn/ode/block.h"

namespace covey::curvature {

namespace {

/// Null: LibTorch's own.
std::shared_ptr<const nn::Product> differentiable_product(const nn::ProductLayer& layer) {
  const auto* conv = dynamic_cast<const nn::ConvImpl*>(&layer);
  return conv == nullptr ? nullptr : std::make_shared<ConvProduct>(conv->geometry());
}

}  // namespace

void prepare_second_derivatives(nn::Model& model) {
  nn::drop_checkpoints(model);
  for (const auto& module : model.modules()) {
    auto* conv = dynamic_cast<nn::ConvImpl*>(module.get());
    if (conv != nullptr && !conv->has_product()) conv->set_product(differentiable_product(*conv));
    if (auto* norm = dynamic_cast<nn::NormLayerImpl*>(module.get()))
      norm->set_group_norm(std::make_shared<GroupNorm>());
  }
}

UnroundedProducts::UnroundedProducts(nn::Model& model) {
  for (const auto& module : model.modules(false)) {
    auto layer = std::dynamic_pointer_cast<nn::ProductLayer>(module);
    if (layer == nullptr || !layer->has_product() || layer->shared_product()->is_twice_differentiable())
      continue;
    layers_.emplace_back(layer, layer->shared_product());
    layer->set_product(differentiable_product(*layer));
  }
}

UnroundedProducts::~UnroundedProducts() {
  for (const auto& [layer, product] : layers_) layer->set_product(product);
}

}  // namespace covey::curvature
