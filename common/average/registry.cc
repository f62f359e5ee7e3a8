#include "common/average/registry.h"

#include "common/average/rules/fedavg.h"
#include "common/average/rules/grouping.h"
#include "common/average/rules/median.h"
#include "common/average/rules/trimmed_mean.h"

namespace covey::average {

const Registry<RuleMaker>& rule_registry() {
  static const Registry<RuleMaker> registry = [] {
    Registry<RuleMaker> rules("averaging rule");
    rules.add("fedavg", make_fedavg);
    rules.add("grouping", make_grouping);
    rules.add("median", make_median);
    rules.add("trimmed-mean", make_trimmed_mean);
    return rules;
  }();
  return registry;
}

Result<std::unique_ptr<const AveragingRule>> make_rule(const std::string& name, const RuleOptions& options) {
  COVEY_ASSIGN_OR_RETURN(const RuleMaker make, rule_registry().find(name));
  return make(options);
}

}  // namespace covey::average
