#pragma once

#include "common/nn/conv.h"

namespace covey::curvature {

/// LibTorch's convolution, whose gradients can be differentiated again at the price of ordinary convolutions:
/// LibTorch's own second derivative takes the image for a kernel, which is several times slower on a CPU.
class ConvProduct final : public nn::Product {
 public:
  explicit ConvProduct(const nn::ConvGeometry& geometry) : geometry_(geometry) {}

  torch::Tensor apply(const torch::Tensor& x, const torch::Tensor& weight,
                      const nn::DrawContext* draws) const override;
  bool is_twice_differentiable() const override { return true; }

 private:
  nn::ConvGeometry geometry_;
};

}  // namespace covey::curvature
