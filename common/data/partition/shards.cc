#include "common/data/partition/partitioners.h"

namespace covey::data {

/// The images sorted by class are cut into equal shards; every user gets shards_per_user of them at random.
///   source  McMahan et al.: Communication-efficient learning of deep networks from decentralized data
///   (2017), section 3.
Result<UserLists> partition_shards(const Remainder& rest, Sequence& draws) {
  const std::size_t most = rest.size() / rest.users;
  const std::int64_t asked = rest.data->shards_per_user;
  if (asked < 1 || static_cast<std::size_t>(asked) > most) {
    return invalid_argument("data.shards_per_user is " + std::to_string(asked) + "; allowed are 1 to " +
                            std::to_string(most) + " for " + std::to_string(rest.size()) + " images and " +
                            std::to_string(rest.users) + " users");
  }
  const std::size_t count = rest.users * static_cast<std::size_t>(asked);
  UserLists shards(count);
  deal(pooled(rest), equal_parts(rest.size(), count), shards);
  std::vector<std::uint32_t> order(count);
  for (std::uint32_t i = 0; i < count; ++i) order[i] = i;
  draws.shuffle(Span<std::uint32_t>(order));
  UserLists users(rest.users);
  for (std::size_t i = 0; i < count; ++i) {
    auto& user = users[i / static_cast<std::size_t>(asked)];
    user.insert(user.end(), shards[order[i]].begin(), shards[order[i]].end());
  }
  return users;
}

}  // namespace covey::data
