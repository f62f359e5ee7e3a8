#pragma once

#include <cstddef>
#include <vector>

namespace covey::data {

/// Whole numbers that sum to `total` and each lie less than 1 from their quota: the largest-remainder method.
/// Quotas are >= 0 and sum to `total` but for rounding. Among equal remainders the one at `favoured` comes
/// first, then those after it, in a circle: callers turn it so that no user collects all the extras.
std::vector<std::size_t> largest_remainder(const std::vector<double>& quotas, std::size_t total,
                                           std::size_t favoured);

}  // namespace covey::data
