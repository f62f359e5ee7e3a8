#pragma once

#include <algorithm>

#include "common/nn/models/layers.h"
#include "common/nn/norm.h"

namespace covey::nn {

/// The norms of one network.
struct NormPlan {
  Norm norm;
  bool paired_groups;  ///< groups of two channels; else 32 groups

  NormLayer layer(std::int64_t width) const {
    return NormLayer(norm, width, paired_groups ? std::max<std::int64_t>(1, width / 2) : 32);
  }
  bool conv_bias() const { return norm == Norm::kNone; }
};

/// Two 3 x 3 convolutions, the first with the stride, and a shortcut around them: the input, or a 1 x 1
/// convolution of it where size or channels change. A norm behind each convolution, ReLU behind the first and
/// the sum.
class BasicBlockImpl : public torch::nn::Module {
 public:
  BasicBlockImpl(std::int64_t in, std::int64_t out, std::int64_t stride, const NormPlan& plan);

  torch::Tensor forward(const torch::Tensor& x, const DrawContext* draws);

 private:
  Conv conv1_{nullptr};
  NormLayer norm1_{nullptr};
  Conv conv2_{nullptr};
  NormLayer norm2_{nullptr};
  Conv shortcut_conv_{nullptr};
  NormLayer shortcut_norm_{nullptr};
};
TORCH_MODULE(BasicBlock);

}  // namespace covey::nn
