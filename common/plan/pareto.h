#pragma once

#include <cstddef>
#include <vector>

#include "common/base/status.h"

namespace covey::plan {

/// One width that a layer, or layers that share theirs, may get.
struct Choice {
  int bits = 0;
  double cost = 0;         ///< of what is limited: bytes or bit operations; not negative
  double sensitivity = 0;  ///< what the loss is expected to rise by (quantization.md B.1)
};

/// A width for every layer.
struct Setting {
  double cost = 0;  ///< sums over the layers
  double sensitivity = 0;
  std::vector<int> bits;
};

/// Every setting that no other one beats in cost and sensitivity at once, by rising cost: the exact frontier,
/// by merging one layer after the other (quantization.md B.3). When more than `points_max` partial settings
/// stand side by side, only the best of each of `points_max` equal spans of cost is kept; until then no bound
/// is lost.
///   layers  at least one choice for each
std::vector<Setting> pareto_frontier(const std::vector<std::vector<Choice>>& layers,
                                     std::size_t points_max = 100000);

/// The setting of the least sensitivity that costs at most `budget`.
///   errors  kInvalidArgument when even the cheapest setting costs more, saying what it costs
Result<Setting> best_within(const std::vector<std::vector<Choice>>& layers, double budget);

}  // namespace covey::plan
