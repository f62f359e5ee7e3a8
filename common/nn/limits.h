#pragma once

#include "common/nn/model.h"

namespace covey::nn {

/// kInvalidArgument unless `options` lies within what every model here allows: 1..16 channels, sides up to
/// 512, 2..100000 classes. The upper ends only keep a wrong shape from taking all memory.
Status check_options(const ModelOptions& options);

/// kInvalidArgument when a side of the image is shorter than `smallest`, what `model` needs for its pooling.
Status check_sides(const char* model, const ModelOptions& options, int smallest);

}  // namespace covey::nn
