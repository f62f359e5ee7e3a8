#pragma once

#include "common/data/partition/registry.h"

namespace covey::data {

/// The kinds of partition that registry.cc lists; each is defined in the file of its name and described
/// there.
Result<UserLists> partition_by_class(const Remainder& rest, Sequence& draws);
Result<UserLists> partition_dirichlet(const Remainder& rest, Sequence& draws);
Result<UserLists> partition_iid(const Remainder& rest, Sequence& draws);
Result<UserLists> partition_natural(const Remainder& rest, Sequence& draws);
Result<UserLists> partition_shards(const Remainder& rest, Sequence& draws);

/// Gives `members` to the users one after the other, parts[k] of them to user k.
void deal(const std::vector<std::uint32_t>& members, const std::vector<std::size_t>& parts, UserLists& users);

/// Sizes of `pieces` pieces of `total` that differ by at most one.
std::vector<std::size_t> equal_parts(std::size_t total, std::size_t pieces);

/// All images of the remainder, class after class.
std::vector<std::uint32_t> pooled(const Remainder& rest);

}  // namespace covey::data
