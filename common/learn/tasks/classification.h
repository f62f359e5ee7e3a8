#pragma once

#include "common/learn/task.h"

namespace covey::learn {

/// Outputs are N x classes logits; the loss is cross-entropy, and a sample is right where its label has the
/// largest logit.
std::unique_ptr<Task> make_classification();

}  // namespace covey::learn
