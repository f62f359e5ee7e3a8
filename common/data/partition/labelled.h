#pragma once

#include "common/data/partition/registry.h"

namespace covey::data {

/// Deals the labelled images, given in random order, to `users` users (federation.labels_at = users).
///   noniid = 0  equal shares of the whole
///   noniid > 0  users take the class pairs (0, 1), (2, 3), ... in turn, and the images of a class go round
///               among the users that have it; with fewer users than pairs a user takes every K-th pair
///   source  ssfl.md 2.4
///   errors  kInvalidArgument when a user would get none
Result<UserLists> deal_labelled(const std::vector<std::uint32_t>& labelled, const SampleSet& images,
                                int classes, std::size_t users, double noniid);

}  // namespace covey::data
