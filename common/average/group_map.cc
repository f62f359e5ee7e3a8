#include "common/average/group_map.h"

#include <algorithm>

namespace covey::average {

namespace {

constexpr std::uint32_t kFewSlots = 10;

std::uint32_t usual_size(std::uint32_t slots) {
  return slots <= kFewSlots ? 5 : 10;
}

// Sizes g, g, ..., rest.
std::vector<std::uint32_t> usual_ends(std::uint32_t slots) {
  const std::uint32_t size = usual_size(slots);
  std::vector<std::uint32_t> ends;
  for (std::uint32_t start = 0; start < slots;) {
    start += std::min(size, slots - start);
    ends.push_back(start);
  }
  return ends;
}

// The first slots % groups groups have one slot more than the others.
std::vector<std::uint32_t> even_ends(std::uint32_t slots, std::uint32_t groups) {
  std::vector<std::uint32_t> ends;
  for (std::uint32_t g = 1; g <= groups; ++g)
    ends.push_back(g * (slots / groups) + std::min(g, slots % groups));
  return ends;
}

}  // namespace

Result<GroupMap> GroupMap::make(std::uint32_t slots, std::uint32_t groups) {
  if (slots == 0) return invalid_argument("no slots to group: at least 1 user has to take part in a round");
  if (groups > slots) {
    return invalid_argument(std::to_string(groups) + " groups for " + std::to_string(slots) +
                            " slots; allowed: 0 (automatic), 1 to " + std::to_string(slots));
  }
  std::vector<std::uint32_t> usual = usual_ends(slots);
  if (groups == 0 || groups == usual.size()) return GroupMap(std::move(usual));
  return GroupMap(even_ends(slots, groups));
}

GroupId GroupMap::group_of(SlotId slot) const {
  const std::uint32_t seat = slot.value % ends_.back();
  const auto after = std::upper_bound(ends_.begin(), ends_.end(), seat);
  return {static_cast<std::uint32_t>(after - ends_.begin())};
}

}  // namespace covey::average
