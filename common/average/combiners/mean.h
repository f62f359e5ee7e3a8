#pragma once

#include <memory>

#include "common/average/combiner.h"

namespace covey::average {

/// The mean of the members, in fixed point, each division rounded half to even and then to float. Memory: one
/// sum, however many members.
///   server_share  0: the server is one member like the others, W_g' = (w_s + sum (W_g + delta)) / (1 + n);
///                 else its share s of the mean, W_g' = s w_s + (1 - s) mean (W_g + delta), in steps of 2^-20
///   source        semantics.md 4; arXiv 2008.11364 equations 4 and 5; ssfl.md 4.5 for the share
std::unique_ptr<Combiner> make_mean_combiner(std::size_t value_count, double server_share);

}  // namespace covey::average
