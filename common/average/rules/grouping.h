#pragma once

#include <memory>

#include "common/average/rule.h"

namespace covey::average {

/// Rule `grouping`: contiguous ranges of slots, each with a model of its own; the server enters every group.
///   source  ssfl.md 4.2, 4.3; arXiv 2008.11364, equation 7
std::unique_ptr<const AveragingRule> make_grouping(const RuleOptions& options);

}  // namespace covey::average
