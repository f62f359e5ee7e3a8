#include "common/average/rules/fedavg.h"

#include "common/average/combiners/mean.h"

namespace covey::average {

namespace {

class FedAvg final : public AveragingRule {
 public:
  explicit FedAvg(double server_share) : server_share_(server_share) {}

  Result<GroupMap> group_map(std::uint32_t slots, std::uint32_t groups) const override {
    if (groups > 1) {
      return invalid_argument("rule fedavg has one group, not " + std::to_string(groups) +
                              "; allowed: 0 (automatic), 1; or choose rule grouping");
    }
    return GroupMap::make(slots, 1);
  }
  std::unique_ptr<Combiner> make_combiner(std::size_t value_count) const override {
    return make_mean_combiner(value_count, server_share_);
  }

 private:
  double server_share_;
};

}  // namespace

std::unique_ptr<const AveragingRule> make_fedavg(const RuleOptions& options) {
  return std::make_unique<FedAvg>(options.server_share);
}

}  // namespace covey::average
