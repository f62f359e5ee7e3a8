#pragma once

#include "common/learn/objective.h"

namespace covey::learn {

/// Self-training (SF of ssfl.md 2): the same labels and mask as consistency, made in eval mode, but fitted on
/// the same weak view.
Result<std::unique_ptr<Objective>> make_self_training(const data::DataSpec& spec);

}  // namespace covey::learn
