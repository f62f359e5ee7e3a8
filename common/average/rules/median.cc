#include "common/average/rules/median.h"

#include "common/average/combiners/sorted.h"
#include "common/average/fixed_point.h"

namespace covey::average {

namespace {

/// The middle value; the mean of the two middle ones when their number is even.
std::int64_t median(Span<const std::int64_t> sorted) {
  const std::size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return sorted[middle];
  return divide_half_even(sorted[middle - 1] + sorted[middle], 2);
}

/// Coordinate-wise median (Yin et al., ICML 2018): fewer than half of a group's members cannot move a value
/// beyond what the others say.
class Median final : public AveragingRule {
 public:
  Result<GroupMap> group_map(std::uint32_t slots, std::uint32_t groups) const override {
    return GroupMap::make(slots, groups == 0 ? 1 : groups);
  }
  std::unique_ptr<Combiner> make_combiner(std::size_t) const override { return make_sorted_combiner(median); }
};

}  // namespace

std::unique_ptr<const AveragingRule> make_median(const RuleOptions&) {
  return std::make_unique<Median>();
}

}  // namespace covey::average
