#include "common/data/partition/partition.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "common/base/random.h"
#include "common/data/images.h"
#include "common/data/partition/labelled.h"
#include "common/data/partition/registry.h"

namespace covey::data {

namespace {

/// Items of the kPartition stream: independent draws for each stage, so that one stage never shifts another.
enum Stage : std::uint64_t { kClassOrder = 0, kUsers = 1, kListOrder = 2 };

/// Images of each class that the server takes.
Result<std::size_t> server_share(const UserLists& by_class, std::int64_t labelled) {
  const std::size_t classes = by_class.size();
  std::size_t scarcest = 0;
  for (std::size_t j = 1; j < classes; ++j) {
    if (by_class[j].size() < by_class[scarcest].size()) scarcest = j;
  }
  const std::size_t most = by_class[scarcest].size();
  const std::size_t share = labelled < 0 ? 0 : static_cast<std::size_t>(labelled) / classes;
  if (share >= 1 && share <= most) return share;
  return invalid_argument(
      "federation.labelled is " + std::to_string(labelled) + "; allowed are " + std::to_string(classes) +
      " to " + std::to_string(classes * most) + ", the same number of each of " + std::to_string(classes) +
      " classes, of which class " + std::to_string(scarcest) + " has " + std::to_string(most) + " images");
}

std::vector<std::uint32_t> take_server_part(UserLists& by_class, std::size_t share) {
  std::vector<std::uint32_t> server;
  for (auto& members : by_class) {
    const auto rest = members.end() - static_cast<std::ptrdiff_t>(share);
    server.insert(server.end(), rest, members.end());
    members.erase(rest, members.end());
  }
  return server;
}

/// Everything to the server, which then trains alone: supervised training on the whole set.
bool server_takes_all(const config::Federation& federation, std::size_t images) {
  return federation.warmup_rounds >= federation.rounds &&
         federation.labelled == static_cast<std::int64_t>(images);
}

std::vector<std::uint32_t> take_all(UserLists& by_class) {
  std::vector<std::uint32_t> all;
  for (auto& members : by_class) {
    all.insert(all.end(), members.begin(), members.end());
    members.clear();
  }
  return all;
}

Status check_users(std::int64_t users, std::size_t left) {
  if (users >= 1 && static_cast<std::uint64_t>(users) <= left) return ok_status();
  return invalid_argument("federation.users is " + std::to_string(users) + "; " + std::to_string(left) +
                          " images are left for them, so allowed are 1 to " + std::to_string(left));
}

Status check_all_served(const UserLists& users) {
  for (std::size_t k = 0; k < users.size(); ++k) {
    if (users[k].empty()) {
      return invalid_argument("user " + std::to_string(k) + " of " + std::to_string(users.size()) +
                              " gets no image; use fewer users, more data, or another partition");
    }
  }
  return ok_status();
}

double asked_r(const std::string& kind, double noniid) {
  if (kind == "classes") return noniid;
  return kind == "iid" ? 0.0 : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Result<Partition> make_partition(const Dataset& dataset, const config::Data& data,
                                 const config::Federation& federation, std::uint64_t seed) {
  COVEY_ASSIGN_OR_RETURN(const Partitioner partitioner, partition_registry().find(data.partition));
  StreamId id;
  id.purpose = Purpose::kPartition;
  const Stream stream(seed, id);
  Remainder rest;
  rest.samples = &dataset.train;
  rest.by_class = positions_by_class(dataset.train, dataset.classes);
  rest.data = &data;
  rest.noniid = federation.noniid;
  Sequence class_order(stream, kClassOrder);
  for (auto& members : rest.by_class) class_order.shuffle(Span<std::uint32_t>(members));

  Partition partition;
  rest.users = static_cast<std::size_t>(federation.users);
  if (server_takes_all(federation, dataset.train.size())) {
    partition.server = take_all(rest.by_class);
    partition.users.resize(rest.users);
  } else {
    COVEY_ASSIGN_OR_RETURN(const std::size_t share, server_share(rest.by_class, federation.labelled));
    partition.server = take_server_part(rest.by_class, share);
    COVEY_RETURN_IF_ERROR(check_users(federation.users, rest.size()));
    Sequence user_draws(stream, kUsers);
    COVEY_ASSIGN_OR_RETURN(partition.users, partitioner(rest, user_draws));
    COVEY_RETURN_IF_ERROR(check_all_served(partition.users));
  }

  // So far lists run class after class; written as files in that order, they would give the labels away.
  Sequence list_order(stream, kListOrder);
  list_order.shuffle(Span<std::uint32_t>(partition.server));
  for (auto& user : partition.users) list_order.shuffle(Span<std::uint32_t>(user));
  if (federation.labels_at == "users") {
    const std::vector<std::uint32_t> labelled = std::exchange(partition.server, {});
    COVEY_ASSIGN_OR_RETURN(partition.labelled_users, deal_labelled(labelled, dataset.train, dataset.classes,
                                                                   rest.users, federation.noniid));
  }
  partition.r_asked = asked_r(data.partition, federation.noniid);
  partition.r_achieved = non_iidness(class_counts(partition, dataset.train, dataset.classes));
  return partition;
}

std::vector<std::vector<std::uint32_t>> class_counts(const Partition& partition, const SampleSet& images,
                                                     int classes) {
  std::vector<std::vector<std::uint32_t>> counts;
  for (const auto& user : partition.users) {
    std::vector<std::uint32_t> histogram(static_cast<std::size_t>(classes), 0);
    for (const std::uint32_t position : user) ++histogram[static_cast<std::size_t>(images.labels[position])];
    counts.push_back(std::move(histogram));
  }
  return counts;
}

double non_iidness(const std::vector<std::vector<std::uint32_t>>& counts) {
  const std::size_t users = counts.size();
  if (users < 2) return 0.0;
  double sum = 0.0;
  std::vector<double> shares(users);
  for (std::size_t c = 0; c < counts.front().size(); ++c) {
    for (std::size_t k = 0; k < users; ++k) {
      const double total = std::accumulate(counts[k].begin(), counts[k].end(), 0.0);
      shares[k] = total > 0 ? counts[k][c] / total : 0.0;
    }
    // Over sorted values the sum of all |a - b| needs no pairs: rank i is larger than i others and smaller
    // than the rest.
    std::sort(shares.begin(), shares.end());
    for (std::size_t i = 0; i < users; ++i) {
      sum += shares[i] * (2.0 * static_cast<double>(i) - static_cast<double>(users - 1)) / 2.0;
    }
  }
  return 2.0 * sum / (static_cast<double>(users) * static_cast<double>(users - 1));
}

}  // namespace covey::data
