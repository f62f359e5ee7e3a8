#pragma once

#include "common/learn/objective.h"

namespace covey::learn {

/// Self-training (SF of ssfl.md 2): the same labels and mask as consistency, made in eval mode, but fitted on
/// the same weak view.
std::unique_ptr<Objective> make_self_training();

}  // namespace covey::learn
