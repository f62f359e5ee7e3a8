#include "common/average/rules/grouping.h"

namespace covey::average {

namespace {

class Grouping final : public AveragingRule {
 public:
  Result<GroupMap> group_map(std::uint32_t slots, std::uint32_t groups) const override {
    return GroupMap::make(slots, groups);
  }
};

}  // namespace

std::unique_ptr<const AveragingRule> make_grouping() {
  return std::make_unique<Grouping>();
}

}  // namespace covey::average
