#include "common/data/partition/partitioners.h"

namespace covey::data {

void deal(const std::vector<std::uint32_t>& members, const std::vector<std::size_t>& parts,
          UserLists& users) {
  auto next = members.begin();
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const auto end = next + static_cast<std::ptrdiff_t>(parts[k]);
    users[k].insert(users[k].end(), next, end);
    next = end;
  }
  COVEY_CHECK(next == members.end(), "every image is given to somebody");
}

std::vector<std::size_t> equal_parts(std::size_t total, std::size_t pieces) {
  std::vector<std::size_t> parts(pieces, total / pieces);
  for (std::size_t i = 0; i < total % pieces; ++i) ++parts[i];
  return parts;
}

std::vector<std::uint32_t> pooled(const Remainder& rest) {
  std::vector<std::uint32_t> all;
  all.reserve(rest.size());
  for (const auto& members : rest.by_class) all.insert(all.end(), members.begin(), members.end());
  return all;
}

}  // namespace covey::data
