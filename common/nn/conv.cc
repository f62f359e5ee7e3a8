#include "common/nn/conv.h"

namespace covey::nn {

ConvImpl::ConvImpl(const ConvOptions& options) : geometry_(options.geometry) {
  weight_ =
      register_parameter("weight", torch::zeros({options.out, options.in, options.kernel, options.kernel}));
  if (options.bias) bias_ = register_parameter("bias", torch::zeros({options.out}));
}

torch::Tensor ConvImpl::forward(const torch::Tensor& x, const DrawContext* draws) {
  return forward_with(weight_, x, draws);
}

torch::Tensor ConvImpl::forward_with(const torch::Tensor& weight, const torch::Tensor& x,
                                     const DrawContext* draws) {
  if (product() == nullptr) return torch::conv2d(x, weight, bias_, geometry_.stride, geometry_.padding);
  const torch::Tensor y = product()->apply(x, weight, draws);
  return bias_.defined() ? y + bias_.view({1, -1, 1, 1}) : y;
}

}  // namespace covey::nn
