#pragma once

#include <initializer_list>

#include "common/nn/model.h"

namespace covey::nn {

// What makers of models refuse, with kInvalidArgument. Upper ends only keep a wrong shape from taking all
// memory.

/// Unless `value` is one of `low` to `high`. `what`: "the length of a text".
Status check_range(const char* what, int value, int low, int high);

/// Unless the samples have words: 2 to 65536 ids.
Status check_vocabulary(const ModelOptions& options);

/// Unless `norm` is one of those with the names `allowed`. `model`: its name.
Status check_norm(const char* model, Norm norm, std::initializer_list<const char*> allowed);

/// Unless these are images of 1 to 16 channels and sides of `smallest`, what the model needs for its pooling,
/// to 512, and the norm is one for them.
Status check_images(const char* model, const ModelOptions& options, int smallest = 1);

}  // namespace covey::nn
