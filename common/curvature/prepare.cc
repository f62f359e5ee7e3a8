#include "common/curvature/prepare.h"

#include "common/curvature/conv_product.h"
#include "common/curvature/group_norm.h"
#include "common/nn/ode/block.h"

namespace covey::curvature {

void prepare_second_derivatives(nn::Model& model) {
  nn::drop_checkpoints(model);
  for (const auto& module : model.modules()) {
    if (auto* conv = dynamic_cast<nn::ConvImpl*>(module.get()))
      conv->set_product(std::make_shared<ConvProduct>(conv->geometry()));
    if (auto* norm = dynamic_cast<nn::NormLayerImpl*>(module.get()))
      norm->set_group_norm(std::make_shared<GroupNorm>());
  }
}

}  // namespace covey::curvature
