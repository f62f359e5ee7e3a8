#pragma once

#include <functional>

#include "common/base/random.h"
#include "common/base/registry.h"
#include "common/config/experiment.h"
#include "common/data/dataset.h"

namespace covey::data {

/// What a kind of partition works with: the images that the server left over.
struct Remainder {
  const SampleSet* samples = nullptr;
  std::vector<std::vector<std::uint32_t>> by_class;  ///< positions in `images`, each class shuffled
  std::size_t users = 0;
  const config::Data* data = nullptr;
  double noniid = 0.0;

  std::size_t size() const {
    std::size_t sum = 0;
    for (const auto& members : by_class) sum += members.size();
    return sum;
  }
};

using UserLists = std::vector<std::vector<std::uint32_t>>;

/// Gives every image of the remainder to exactly one user. `draws` is keyed by kPartition.
using Partitioner = std::function<Result<UserLists>(const Remainder& rest, Sequence& draws)>;

/// classes, dirichlet, iid, natural, shards.
Registry<Partitioner> partition_registry();

}  // namespace covey::data
