#pragma once

#include "common/nn/model.h"

namespace covey::nn {

/// An encoder of texts with a classifier: embedding + position, `depth` layers of attention and feed-forward
/// network, each behind its norm (pre-norm), a last norm, the mean over the words, a linear layer. GELU
/// between the two halves of the feed-forward network. Padding takes part in nothing; a batch is only as long
/// as its longest text.
Result<std::shared_ptr<Model>> make_transformer(const ModelOptions& options);

}  // namespace covey::nn
