#pragma once

#include "common/learn/objective.h"

namespace covey::learn {

/// Cross-entropy of the weak view against true labels: the server's objective, and for users the labelled
/// upper baseline.
Result<std::unique_ptr<Objective>> make_supervised(const data::DataSpec& spec);

}  // namespace covey::learn
