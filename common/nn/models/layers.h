#pragma once

#include "common/nn/conv.h"

namespace covey::nn {

/// Keeps the sides of the image, but for the stride.
inline Conv conv3x3(std::int64_t in, std::int64_t out, bool bias, std::int64_t stride = 1) {
  return Conv(ConvOptions{in, out, 3, {stride, 1}, bias});
}

}  // namespace covey::nn
