#include "common/nn/models/basic_block.h"

namespace covey::nn {

BasicBlockImpl::BasicBlockImpl(std::int64_t in, std::int64_t out, std::int64_t stride, const NormPlan& plan) {
  conv1_ = register_module("conv1", conv3x3(in, out, plan.conv_bias(), stride));
  norm1_ = register_module("norm1", plan.layer(out));
  conv2_ = register_module("conv2", conv3x3(out, out, plan.conv_bias()));
  norm2_ = register_module("norm2", plan.layer(out));
  if (stride == 1 && in == out) return;
  const ConvOptions options{in, out, 1, {stride, 0}, plan.conv_bias()};
  shortcut_conv_ = register_module("shortcut_conv", Conv(options));
  shortcut_norm_ = register_module("shortcut_norm", plan.layer(out));
}

torch::Tensor BasicBlockImpl::forward(const torch::Tensor& x, const DrawContext* draws) {
  torch::Tensor y = torch::relu(norm1_(conv1_(x, draws)));
  y = norm2_(conv2_(y, draws));
  return torch::relu(y + (shortcut_conv_.is_empty() ? x : shortcut_norm_(shortcut_conv_(x, draws))));
}

}  // namespace covey::nn
