#include "common/data/partition/partitioners.h"

namespace covey::data {

/// All images in one shuffled pile that is cut into equal pieces. Class shares vary by chance, as in the SSFL
/// authors' code.
Result<UserLists> partition_iid(const Remainder& rest, Sequence& draws) {
  std::vector<std::uint32_t> pile = pooled(rest);
  draws.shuffle(Span<std::uint32_t>(pile));
  UserLists users(rest.users);
  deal(pile, equal_parts(pile.size(), rest.users), users);
  return users;
}

}  // namespace covey::data
