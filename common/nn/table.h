#pragma once

#include <cstdint>

#include "common/nn/torch.h"

namespace covey::nn {

/// A vector for each of `count` ids or places: parameter weight (count x width).
class TableImpl : public torch::nn::Module {
 public:
  TableImpl(std::int64_t count, std::int64_t width) {
    weight_ = register_parameter("weight", torch::zeros({count, width}));
  }

  /// ids: int64 of any shape; the result has a dimension more, of width values.
  torch::Tensor rows(const torch::Tensor& ids) const {
    std::vector<std::int64_t> sizes = ids.sizes().vec();
    sizes.push_back(weight_.size(1));
    return weight_.index_select(0, ids.reshape({-1})).view(sizes);
  }
  torch::Tensor first(std::int64_t count) const { return weight_.slice(0, 0, count); }

 private:
  torch::Tensor weight_;
};
TORCH_MODULE(Table);

}  // namespace covey::nn
