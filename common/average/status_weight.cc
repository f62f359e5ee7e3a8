#include "common/average/status_weight.h"

#include <algorithm>
#include <cmath>

#include "common/average/combiner.h"

namespace covey::average {

std::uint32_t status_weight(double confidence) {
  if (!(confidence > 0)) return 1;
  const double weight = std::round((1 - std::min(confidence, 1.0)) * double{kWeightMax});
  return std::max(1u, static_cast<std::uint32_t>(weight));
}

}  // namespace covey::average
