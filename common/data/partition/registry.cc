#include "common/data/partition/registry.h"

#include "common/data/partition/partitioners.h"

namespace covey::data {

Registry<Partitioner> partition_registry() {
  Registry<Partitioner> registry("partition");
  registry.add("classes", partition_by_class)
      .add("dirichlet", partition_dirichlet)
      .add("iid", partition_iid)
      .add("natural", partition_natural)
      .add("shards", partition_shards);
  return registry;
}

}  // namespace covey::data
