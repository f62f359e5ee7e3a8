#pragma once

#include "common/base/region_shape.h"
#include "common/learn/objective.h"

namespace covey::learn {

/// Tells whose image a caption is about, without any answer (arXiv 2010.05379, second-order-and-models.md
/// E.3, E.4): the score of caption b and image a is the mean over b's phrases of their largest relevance to a
/// region of a, and the loss -log of the softmax of b's scores over the images of the batch, at its own.
/// Other captions' copies of the same image are left out. For the task phrase-grounding.
Result<std::unique_ptr<Objective>> make_contrastive(const data::DataSpec& spec);

/// N x N scores of captions (rows) and images (columns); those of other samples' copies of a caption's own
/// image are nn::kNoRelevance.
///   outputs  N x (P + K) x d of the model for `samples`
torch::Tensor caption_scores(const torch::Tensor& outputs, const torch::Tensor& samples,
                             const RegionShape& shape);

}  // namespace covey::learn
