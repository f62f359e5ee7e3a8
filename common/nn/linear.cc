#include "common/nn/linear.h"

namespace covey::nn {

LinearImpl::LinearImpl(std::int64_t in, std::int64_t out) {
  weight_ = register_parameter("weight", torch::zeros({out, in}));
  bias_ = register_parameter("bias", torch::zeros({out}));
}

torch::Tensor LinearImpl::forward(const torch::Tensor& x, const DrawContext* draws) {
  if (product() == nullptr) return torch::linear(x, weight_, bias_);
  return product()->apply(x, weight_, draws) + bias_;
}

}  // namespace covey::nn
