#pragma once

#include "common/nn/model.h"

namespace covey::nn {

/// The two-layer perceptron of many federated benchmarks on MNIST: all pixels, linear 64, ReLU, linear. It
/// has no normalisation layers, so model.norm changes nothing. 50,890 parameters for 28 x 28 and 10 classes.
Result<std::shared_ptr<Model>> make_mlp(const ModelOptions& options);

}  // namespace covey::nn
