#include "common/average/rules/grouping.h"

#include "common/average/combiners/mean.h"

namespace covey::average {

namespace {

class Grouping final : public AveragingRule {
 public:
  explicit Grouping(double server_share) : server_share_(server_share) {}

  Result<GroupMap> group_map(std::uint32_t slots, std::uint32_t groups) const override {
    return GroupMap::make(slots, groups);
  }
  std::unique_ptr<Combiner> make_combiner(std::size_t value_count) const override {
    return make_mean_combiner(value_count, server_share_);
  }

 private:
  double server_share_;
};

}  // namespace

std::unique_ptr<const AveragingRule> make_grouping(const RuleOptions& options) {
  return std::make_unique<Grouping>(options.server_share);
}

}  // namespace covey::average
