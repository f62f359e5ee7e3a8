#pragma once

#include <cstdint>

#include "common/nn/product.h"

namespace covey::nn {

/// y = x weight^T + bias for N x in: parameters weight (out x in) and bias (out).
class LinearImpl : public ProductLayer {
 public:
  LinearImpl(std::int64_t in, std::int64_t out);

  torch::Tensor forward(const torch::Tensor& x, const DrawContext* draws);

 private:
  torch::Tensor weight_;
  torch::Tensor bias_;
};
TORCH_MODULE(Linear);

}  // namespace covey::nn
