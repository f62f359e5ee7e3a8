#pragma once

#include <algorithm>
#include <array>

#include "common/base/span.h"

namespace covey::quant {

/// Smallest and largest of some values.
template <typename T>
struct Extent {
  T low;
  T high;
};

/// values  finite, at least one
template <typename T>
Extent<T> extent_of(Span<const T> values) {
  // Lanes that do not wait for each other, so that the loop vectorises.
  constexpr std::size_t kLanes = 16;
  std::array<T, kLanes> low;
  std::array<T, kLanes> high;
  low.fill(values[0]);
  high.fill(values[0]);
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      low[lane] = std::min(low[lane], values[i + lane]);
      high[lane] = std::max(high[lane], values[i + lane]);
    }
  }
  for (; i < values.size(); ++i) {
    low[0] = std::min(low[0], values[i]);
    high[0] = std::max(high[0], values[i]);
  }
  return {*std::min_element(low.begin(), low.end()), *std::max_element(high.begin(), high.end())};
}

}  // namespace covey::quant
