#pragma once

#include "common/base/region_shape.h"
#include "common/nn/torch.h"

namespace covey::nn {

/// The parts of rows of base/region_shape.h.
struct RegionBatch {
  torch::Tensor image;         ///< N
  torch::Tensor features;      ///< N x K x F
  torch::Tensor region_words;  ///< N x K, int64; 0: padding
  torch::Tensor phrase_words;  ///< N x P x W, int64; 0: padding
  torch::Tensor answered;      ///< N x P, bool
  torch::Tensor positives;     ///< N x P x K, bool

  torch::Tensor no_region() const { return region_words.eq(0); }         ///< N x K
  torch::Tensor has_words() const { return phrase_words.ne(0).any(2); }  ///< N x P
};

/// samples: N x shape.values().
RegionBatch split_regions(const torch::Tensor& samples, const RegionShape& shape);

/// A relevance that no softmax and no maximum sees.
inline constexpr double kNoRelevance = -1e9;

}  // namespace covey::nn
