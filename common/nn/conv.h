#pragma once

#include <cstdint>

#include "common/nn/product.h"

namespace covey::nn {

/// Where a square kernel is laid on an image.
struct ConvGeometry {
  std::int64_t stride = 1;
  std::int64_t padding = 0;  ///< zeros on every side
};

struct ConvOptions {
  std::int64_t in = 0;
  std::int64_t out = 0;
  std::int64_t kernel = 3;
  ConvGeometry geometry = {};
  bool bias = true;
};

/// Convolution of N x in x H x W: parameters weight (out x in x kernel x kernel) and, if asked for, bias
/// (out).
class ConvImpl : public ProductLayer {
 public:
  explicit ConvImpl(const ConvOptions& options);

  torch::Tensor forward(const torch::Tensor& x, const DrawContext* draws);
  /// With other values in place of the weight's.
  torch::Tensor forward_with(const torch::Tensor& weight, const torch::Tensor& x, const DrawContext* draws);

  const torch::Tensor& weight() const { return weight_; }
  const ConvGeometry& geometry() const { return geometry_; }

 private:
  ConvGeometry geometry_;
  torch::Tensor weight_;
  torch::Tensor bias_;  // may be undefined
};
TORCH_MODULE(Conv);

}  // namespace covey::nn
