#pragma once

#include "common/nn/model.h"

namespace covey::nn {

/// MAF (arXiv 2010.05379; second-order-and-models.md E.2 with the masks of E.4): phrases and regions as
/// vectors of one space, whose product says how well they go together. With E the table of words, d its
/// width:
///   region   k_j = E[its word] + W_f f_j + b_f
///   words    a_ij = softmax over regions of <E[w_i], k_j> / sqrt(d); the weights of a phrase's words are the
///            softmax of max_j a_ij
///   phrase   p = W_p (weighted sum of E[w_i]) + b_p
/// N x values rows of base/region_shape.h to N x (P + K) x d: phrases, then regions; zeros where there is
/// none. It begins by comparing words alone where regions have names (W_f is zero), and W_p is one; the
/// vectors of padding and of the unknown word begin as zeros.
///   errors  kInvalidArgument for samples of another kind and for norms other than none
Result<std::shared_ptr<Model>> make_grounding(const ModelOptions& options);

}  // namespace covey::nn
