#pragma once

#include "common/nn/model.h"

namespace covey::nn {

/// 3x3 convolutions without padding to 32 and 64 channels, 2x2 max-pooling, linear 128, linear. The norms
/// after the convolutions (32 groups) belong to neither source; norm = none is their network as it runs.
/// Sides from 6.
///
/// emnist: EMNIST_model of ssfl.md 3, with dropout of a quarter of the channels after the pooling. The
/// authors' code makes the norms and never calls them.
Result<std::shared_ptr<Model>> make_emnist(const ModelOptions& options);

/// cnn-cifar: the CNN of many federated benchmarks on CIFAR-10 (as in pfl-research), with dropout of a
/// quarter of the values after the pooling and of half of them before the last layer. 1,626,442 parameters
/// for 3 x 32 x 32 without norms.
Result<std::shared_ptr<Model>> make_cnn_cifar(const ModelOptions& options);

}  // namespace covey::nn
