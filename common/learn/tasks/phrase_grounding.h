#pragma once

#include "common/learn/task.h"

namespace covey::learn {

/// Which regions of an image does a phrase mean? Outputs are N x (P + K) x d, vectors of phrases and regions
/// (nn/models/grounding.h). The loss of a phrase is -log of the softmax over regions of <p, k_j>, summed over
/// those that are meant; a caption's is the mean over its phrases that mean a region at hand, 0 without one.
/// An answer is the most relevant region of every phrase of which it is known what it means, right if that is
/// meant; of equal ones the first counts, which is the largest (second-order-and-models.md E.5, E.7).
Result<std::unique_ptr<Task>> make_phrase_grounding(const data::DataSpec& spec);

}  // namespace covey::learn
