#pragma once

#include "common/nn/model.h"

namespace covey::nn {

/// EMNIST_model of ssfl.md 3: 3x3 convolutions without padding to 32 and 64 channels, 2x2 max-pooling,
/// channel dropout of a quarter, linear 128, linear. The norms after the convolutions, which the authors'
/// code makes (32 groups) and never calls, are real here; norm = none is their network as it runs. Sides
/// from 6.
Result<std::shared_ptr<Model>> make_emnist(const ModelOptions& options);

}  // namespace covey::nn
