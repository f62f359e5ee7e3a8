#pragma once

#include "common/learn/task.h"

namespace covey::learn {

/// Outputs are N x classes logits; the loss is cross-entropy, and a sample is right where its label has the
/// largest logit.
Result<std::unique_ptr<Task>> make_classification(const data::DataSpec& spec);

}  // namespace covey::learn
