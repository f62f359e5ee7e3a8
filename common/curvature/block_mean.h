#pragma once

#include <string>

#include "common/base/status.h"
#include "common/nn/torch.h"

namespace covey::curvature {

/// Which values of a parameter share one mean (second-order-and-models.md A.2).
struct Blocks {
  enum class Kind {
    kNone,    ///< every value stands for itself
    kKernel,  ///< those of one kernel of a convolution; nothing else is averaged
    kRow,     ///< those of one kernel, and of one row of a matrix
    kFixed,   ///< `size` that follow each other in row-major order; the last block may be shorter
  };
  Kind kind = Kind::kKernel;
  std::int64_t size = 0;  ///< of kFixed
};

/// none | kernel | row | block; kInvalidArgument for anything else.
Result<Blocks> parse_blocks(const std::string& name, std::int64_t size);

/// Every value replaced by the mean of its block; the shape stays (it may be a view with strides of zero).
torch::Tensor block_mean(const torch::Tensor& values, const Blocks& blocks);

}  // namespace covey::curvature
