#pragma once

#include <vector>

#include "common/base/span.h"

namespace covey::average {

/// How differently the nodes of a group changed: g_i = w_i - w_start, all of one length, one or more.
/// Both grow with the number K' of nodes, so compare them between groups of one size only. NaN when the
/// changes cancel out exactly.

/// D = mean_i ||g_i||^2 / ||mean_i g_i||^2: 1 when all are equal, K' when they are orthogonal and of one
/// length.
///   source  the code of arXiv 2008.11364 (Grad_Diff, p = 2, q = 2)
double gradient_diversity(const std::vector<Span<const float>>& changes);

/// Delta = sum_i ||g_i||^2 / ||sum_i g_i||^2 = D / K'.
///   source  arXiv 2008.11364, equation 8
double weight_diversity(const std::vector<Span<const float>>& changes);

}  // namespace covey::average
