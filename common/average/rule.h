#pragma once

#include <memory>

#include "common/average/combiner.h"
#include "common/average/group_map.h"

namespace covey::average {

/// Settings of rules; each rule looks at its own.
struct RuleOptions {
  double server_share = 0;  ///< fedavg, grouping: 0 = the server is one member, else its share of a group
  double trim = 0.1;        ///< trimmed-mean: share of the members left out at each end, 0 to below 0.5
};

/// Who is averaged with whom, and how.
class AveragingRule {
 public:
  virtual ~AveragingRule() = default;

  /// The groups of a run.
  ///   slots   C_k >= 1
  ///   groups  S as configured; 0: the rule chooses
  ///   errors  kInvalidArgument that lists the allowed numbers
  virtual Result<GroupMap> group_map(std::uint32_t slots, std::uint32_t groups) const = 0;

  /// For one group in one round.
  virtual std::unique_ptr<Combiner> make_combiner(std::size_t value_count) const = 0;
};

}  // namespace covey::average
