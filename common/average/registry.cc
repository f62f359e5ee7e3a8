#include "common/average/registry.h"

#include "common/average/rules/fedavg.h"
#include "common/average/rules/grouping.h"

namespace covey::average {

const Registry<RuleMaker>& rule_registry() {
  static const Registry<RuleMaker> registry = [] {
    Registry<RuleMaker> rules("averaging rule");
    rules.add("fedavg", make_fedavg);
    rules.add("grouping", make_grouping);
    return rules;
  }();
  return registry;
}

Result<std::unique_ptr<const AveragingRule>> make_rule(const std::string& name) {
  COVEY_ASSIGN_OR_RETURN(const RuleMaker make, rule_registry().find(name));
  return make();
}

}  // namespace covey::average
