#pragma once

#include <cstdint>
#include <ostream>

namespace covey {

/// A number that cannot be mistaken for another kind of number.
template <typename Tag>
struct Id {
  std::uint32_t value = 0;

  friend bool operator==(Id a, Id b) { return a.value == b.value; }
  friend bool operator!=(Id a, Id b) { return a.value != b.value; }
  friend bool operator<(Id a, Id b) { return a.value < b.value; }
  friend std::ostream& operator<<(std::ostream& out, Id id) { return out << id.value; }
};

using UserId = Id<struct UserTag>;    ///< one of the K private data sets, 0..K-1
using SlotId = Id<struct SlotTag>;    ///< the seat of a selected user in a round, 0..C_k-1
using GroupId = Id<struct GroupTag>;  ///< a fixed range of slots, 0..S-1

}  // namespace covey
