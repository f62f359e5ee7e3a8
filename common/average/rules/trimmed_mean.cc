#include "common/average/rules/trimmed_mean.h"

#include "common/average/combiners/sorted.h"
#include "common/average/fixed_point.h"

namespace covey::average {

namespace {

std::int64_t trimmed_mean(Span<const std::int64_t> sorted, double trim) {
  const auto cut = static_cast<std::size_t>(trim * static_cast<double>(sorted.size()));
  const std::size_t kept = sorted.size() - 2 * cut;
  std::int64_t total = 0;
  for (const std::int64_t value : sorted.subspan(cut, kept)) total += value;
  return divide_half_even(total, static_cast<std::uint32_t>(kept));
}

/// Coordinate-wise mean without the smallest and largest floor(trim * members) values (Yin et al., ICML
/// 2018).
class TrimmedMean final : public AveragingRule {
 public:
  explicit TrimmedMean(double trim) : trim_(trim) {}

  Result<GroupMap> group_map(std::uint32_t slots, std::uint32_t groups) const override {
    return GroupMap::make(slots, groups == 0 ? 1 : groups);
  }
  std::unique_ptr<Combiner> make_combiner(std::size_t) const override {
    return make_sorted_combiner(
        [trim = trim_](Span<const std::int64_t> sorted) { return trimmed_mean(sorted, trim); });
  }

 private:
  double trim_;
};

}  // namespace

std::unique_ptr<const AveragingRule> make_trimmed_mean(const RuleOptions& options) {
  return std::make_unique<TrimmedMean>(options.trim);
}

}  // namespace covey::average
