#pragma once

#include <memory>

#include "common/average/rule.h"

namespace covey::average {

/// Rule `trimmed-mean`: coordinate-wise mean without the members at both ends; one group unless more are
/// asked for.
///   source  Yin et al., Byzantine-Robust Distributed Learning, ICML 2018
std::unique_ptr<const AveragingRule> make_trimmed_mean(const RuleOptions& options);

}  // namespace covey::average
