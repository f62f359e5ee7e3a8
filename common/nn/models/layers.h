#pragma once

#include "common/nn/torch.h"

namespace covey::nn {

inline torch::nn::Conv2d conv3x3(std::int64_t in, std::int64_t out, bool bias, std::int64_t stride = 1) {
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).stride(stride).padding(1).bias(bias));
}

}  // namespace covey::nn
