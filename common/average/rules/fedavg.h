#pragma once

#include <memory>

#include "common/average/rule.h"

namespace covey::average {

/// Rule `fedavg`: all members of the round in one group.
///   source  ssfl.md 4.1; arXiv 2008.11364, equations 4 and 5
std::unique_ptr<const AveragingRule> make_fedavg(const RuleOptions& options);

}  // namespace covey::average
