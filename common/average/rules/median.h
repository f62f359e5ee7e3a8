#pragma once

#include <memory>

#include "common/average/rule.h"

namespace covey::average {

/// Rule `median`: coordinate-wise median of a group's members; one group unless more are asked for.
///   source  Yin et al., Byzantine-Robust Distributed Learning, ICML 2018
std::unique_ptr<const AveragingRule> make_median(const RuleOptions& options);

}  // namespace covey::average
