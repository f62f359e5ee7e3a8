#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/average/rule.h"
#include "common/base/registry.h"

namespace covey::average {

using RuleMaker = std::function<std::unique_ptr<const AveragingRule>(const RuleOptions&)>;

const Registry<RuleMaker>& rule_registry();

/// errors  kInvalidArgument for an unknown name; the known ones are listed
Result<std::unique_ptr<const AveragingRule>> make_rule(const std::string& name, const RuleOptions& options);

}  // namespace covey::average
