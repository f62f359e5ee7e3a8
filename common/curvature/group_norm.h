#pragma once

#include "common/nn/norm.h"

namespace covey::curvature {

/// LibTorch's group norm with an explicit second derivative. LibTorch's own is built from some thirty
/// operations, each of which keeps its inputs.
class GroupNorm final : public nn::GroupNormFunction {
 public:
  torch::Tensor apply(const torch::Tensor& x, std::int64_t groups, const torch::Tensor& weight,
                      const torch::Tensor& bias, double epsilon) const override;
};

}  // namespace covey::curvature
