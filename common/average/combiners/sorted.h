#pragma once

#include <functional>
#include <memory>

#include "common/average/combiner.h"

namespace covey::average {

/// Makes one value of the members' values of one coordinate: sorted, in units of 2^-32, at least one.
using Pick = std::function<std::int64_t(Span<const std::int64_t> sorted)>;

/// Keeps all updates of a group until the end of the round (memory: a model a member) and decides every
/// coordinate by its members' sorted values, the server's among them where it is a member. Weights count for
/// nothing: these rules exist to distrust what a member says.
std::unique_ptr<Combiner> make_sorted_combiner(Pick pick);

}  // namespace covey::average
