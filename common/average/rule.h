#pragma once

#include "common/average/group_map.h"

namespace covey::average {

/// Who is averaged with whom. The arithmetic is the same for every rule and lies in RoundAverager.
class AveragingRule {
 public:
  virtual ~AveragingRule() = default;

  /// The groups of a run.
  ///   slots   C_k >= 1
  ///   groups  S as configured; 0: the rule chooses
  ///   errors  kInvalidArgument that lists the allowed numbers
  virtual Result<GroupMap> group_map(std::uint32_t slots, std::uint32_t groups) const = 0;
};

}  // namespace covey::average
