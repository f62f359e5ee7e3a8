#include <map>

#include "common/data/partition/partitioners.h"

namespace covey::data {

/// Every natural owner's images stay together: the o-th owner (by number) goes to user o mod K.
Result<UserLists> partition_natural(const Remainder& rest, Sequence&) {
  const std::vector<std::uint32_t>& owners = rest.samples->owners;
  if (owners.empty()) {
    return invalid_argument(
        "data.partition = natural needs a data set that names owners: femnist, grounding, shakespeare, "
        "text-lines");
  }
  std::map<std::uint32_t, std::vector<std::uint32_t>> by_owner;
  for (const std::uint32_t position : pooled(rest)) by_owner[owners[position]].push_back(position);
  if (rest.users > by_owner.size()) {
    return invalid_argument("federation.users is " + std::to_string(rest.users) + "; the data set has " +
                            std::to_string(by_owner.size()) + " owners, so allowed are 1 to " +
                            std::to_string(by_owner.size()));
  }
  UserLists users(rest.users);
  std::size_t owner = 0;
  for (const auto& entry : by_owner) {
    auto& user = users[owner++ % rest.users];
    user.insert(user.end(), entry.second.begin(), entry.second.end());
  }
  return users;
}

}  // namespace covey::data
