#pragma once

#include "common/nn/model.h"

namespace covey::nn {

/// kInvalidArgument unless `options` lies within what every model here allows: 1..16 channels and sides up to
/// 512, texts of 1..1024 words of a vocabulary, or up to 1024 regions and phrases; 2..100000 classes. The
/// upper ends only keep a wrong shape from taking all memory.
Status check_options(const ModelOptions& options);

/// kInvalidArgument unless `options` describes images, and a norm for them.
Status check_images(const char* model, const ModelOptions& options);

/// The same for texts.
Status check_texts(const char* model, const ModelOptions& options);

/// The same for regions with phrases.
Status check_regions(const char* model, const ModelOptions& options);

/// check_images, and kInvalidArgument when a side of the image is shorter than `smallest`, what `model` needs
/// for its pooling.
Status check_sides(const char* model, const ModelOptions& options, int smallest);

}  // namespace covey::nn
