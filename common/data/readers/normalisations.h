#pragma once

#include "common/data/dataset.h"

namespace covey::data {

/// CIFAR-10's constants; the SSFL authors use them for every colour set.
inline Normalisation colour_normalisation() {
  return {{0.4914f, 0.4822f, 0.4465f}, {0.2471f, 0.2435f, 0.2616f}};
}

/// MNIST's constants; the SSFL authors use them for EMNIST.
inline Normalisation character_normalisation() {
  return {{0.1307f}, {0.3081f}};
}

/// Fashion-MNIST's own mean and deviation.
inline Normalisation fashion_normalisation() {
  return {{0.2860f}, {0.3530f}};
}

/// For grey images of unknown kind: the middle of the range.
inline Normalisation plain_normalisation() {
  return {{0.5f}, {0.25f}};
}

}  // namespace covey::data
