#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/ids.h"
#include "common/base/status.h"

namespace covey::average {

/// Which slots form a group: contiguous ranges of the C_k slots, fixed for a run.
class GroupMap {
 public:
  /// `groups` contiguous ranges; 0 chooses ceil(slots / g) with g = 5 up to 10 slots, else 10. That number of
  /// groups has g slots each and the rest in the last group (10,10,10,10,7 for 47 slots); any other number
  /// has sizes that differ by at most one.
  ///   errors  kInvalidArgument unless 1 <= slots and groups <= slots
  ///   source  ssfl.md 4.3
  static Result<GroupMap> make(std::uint32_t slots, std::uint32_t groups);

  /// Slots beyond the C_k (over-selection) start again at slot 0.
  GroupId group_of(SlotId slot) const;
  std::uint32_t group_count() const { return static_cast<std::uint32_t>(ends_.size()); }

 private:
  explicit GroupMap(std::vector<std::uint32_t> ends) : ends_(std::move(ends)) {}

  std::vector<std::uint32_t> ends_;  ///< first slot after each group
};

}  // namespace covey::average
