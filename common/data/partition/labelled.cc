#include "common/data/partition/labelled.h"

#include "common/data/partition/partitioners.h"

namespace covey::data {

namespace {

/// The users that have a class.
std::vector<std::size_t> users_of_class(std::size_t klass, std::size_t pairs, std::size_t users) {
  const std::size_t pair = klass / 2;
  if (users < pairs) return {pair % users};
  std::vector<std::size_t> found;
  for (std::size_t k = pair; k < users; k += pairs) found.push_back(k);
  return found;
}

UserLists by_class_pairs(const std::vector<std::uint32_t>& labelled, const SampleSet& images,
                         std::size_t classes, std::size_t users) {
  std::vector<std::vector<std::size_t>> owners;
  for (std::size_t c = 0; c < classes; ++c) owners.push_back(users_of_class(c, (classes + 1) / 2, users));
  std::vector<std::size_t> dealt(classes, 0);
  UserLists lists(users);
  for (const std::uint32_t position : labelled) {
    const auto klass = static_cast<std::size_t>(images.labels[position]);
    lists[owners[klass][dealt[klass]++ % owners[klass].size()]].push_back(position);
  }
  return lists;
}

}  // namespace

Result<UserLists> deal_labelled(const std::vector<std::uint32_t>& labelled, const SampleSet& images,
                                int classes, std::size_t users, double noniid) {
  UserLists lists(users);
  if (noniid > 0) {
    lists = by_class_pairs(labelled, images, static_cast<std::size_t>(classes), users);
  } else {
    deal(labelled, equal_parts(labelled.size(), users), lists);
  }
  for (std::size_t k = 0; k < users; ++k) {
    if (!lists[k].empty()) continue;
    return invalid_argument("federation.labels_at = \"users\": user " + std::to_string(k) + " of " +
                            std::to_string(users) + " gets none of the " + std::to_string(labelled.size()) +
                            " labelled images; use fewer users or a larger federation.labelled");
  }
  return lists;
}

}  // namespace covey::data
