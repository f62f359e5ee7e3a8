#pragma once

#include <cstdint>
#include <vector>

#include "common/base/span.h"
#include "common/base/status.h"
#include "common/config/experiment.h"
#include "common/data/dataset.h"

namespace covey::data {

/// Which training image belongs to whom, as positions in Dataset::train. Lists are disjoint, and in an order
/// that tells nothing about labels: it is the order in which a user's files are written and read.
struct Partition {
  std::vector<std::uint32_t> server;              ///< the labelled images
  std::vector<std::vector<std::uint32_t>> users;  ///< one list per user
  /// The labelled images of each user with federation.labels_at = users, and then none at the server.
  std::vector<std::vector<std::uint32_t>> labelled_users;
  double r_asked = 0.0;     ///< non-iidness R asked for; NaN where the kind of partition has no such setting
  double r_achieved = 0.0;  ///< mean pairwise total variation of the users' class shares, 0..1 (ssfl metric
                            ///< R); 0 where users hold nothing
};

/// Takes floor(labelled / classes) images of every class for the server, then gives the rest to the users as
/// config::Data::partition says. Where every round is a warm-up round, in which only the server trains,
/// `labelled` may also be the whole training set: users then hold nothing. Keyed by kPartition; without
/// replacement. Errors: kInvalidArgument, with the allowed range, when the server asks for more than there is
/// of a class, when a user would get no image, or when a setting is out of range.
Result<Partition> make_partition(const Dataset& dataset, const config::Data& data,
                                 const config::Federation& federation, std::uint64_t seed);

/// How many images of every class each user has: [user][class].
std::vector<std::vector<std::uint32_t>> class_counts(const Partition& partition, const SampleSet& images,
                                                     int classes);

/// Metric R: 2 / (K (K - 1)) * sum over pairs of users of half the L1 distance of their class shares; 0 for
/// one user.
double non_iidness(const std::vector<std::vector<std::uint32_t>>& counts);

}  // namespace covey::data
