#pragma once

#include "common/learn/objective.h"

namespace covey::learn {

/// Consistency (CRL of ssfl.md 2): the label comes from the weak view, the loss from the strong one; both
/// views go through one forward in train mode, so batch statistics are shared.
Result<std::unique_ptr<Objective>> make_consistency(const data::DataSpec& spec);

}  // namespace covey::learn
