#pragma once

#include "common/learn/objective.h"

namespace covey::learn {

/// Cross-entropy of the weak view against true labels: the server's objective, and for users the labelled
/// upper baseline.
std::unique_ptr<Objective> make_supervised();

}  // namespace covey::learn
