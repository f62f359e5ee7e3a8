#include "common/average/rules/fedavg.h"

namespace covey::average {

namespace {

class FedAvg final : public AveragingRule {
 public:
  Result<GroupMap> group_map(std::uint32_t slots, std::uint32_t groups) const override {
    if (groups > 1) {
      return invalid_argument("rule fedavg has one group, not " + std::to_string(groups) +
                              "; allowed: 0 (automatic), 1; or choose rule grouping");
    }
    return GroupMap::make(slots, 1);
  }
};

}  // namespace

std::unique_ptr<const AveragingRule> make_fedavg() {
  return std::make_unique<FedAvg>();
}

}  // namespace covey::average
