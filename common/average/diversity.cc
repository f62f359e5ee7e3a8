#include "common/average/diversity.h"

#include <limits>

#include "common/base/check.h"

namespace covey::average {

double weight_diversity(const std::vector<Span<const float>>& changes) {
  COVEY_CHECK(!changes.empty(), "no node changed");
  double lengths = 0;  // squared, summed
  double together = 0;
  for (std::size_t i = 0; i < changes.front().size(); ++i) {
    double sum = 0;
    for (const Span<const float> change : changes) {
      COVEY_CHECK(change.size() == changes.front().size(), change.size(), changes.front().size());
      const auto value = static_cast<double>(change[i]);
      lengths += value * value;
      sum += value;
    }
    together += sum * sum;
  }
  return together > 0 ? lengths / together : std::numeric_limits<double>::quiet_NaN();
}

double gradient_diversity(const std::vector<Span<const float>>& changes) {
  return static_cast<double>(changes.size()) * weight_diversity(changes);
}

}  // namespace covey::average
