#pragma once

#include <string>
#include <vector>

#include "tests/support/models.h"

namespace covey::bench {

/// The size of an 11-million-parameter ResNet-18: a few large tensors dominate.
inline Layout resnet_sized_layout() {
  std::vector<TensorSpec> tensors;
  for (int i = 0; i < 4; ++i)
    tensors.push_back(testing::parameter("layer" + std::to_string(i) + ".weight", {512, 512, 3, 3}));
  for (int i = 0; i < 12; ++i)
    tensors.push_back(testing::parameter("small" + std::to_string(i) + ".weight", {128, 128, 3, 3}));
  for (int i = 0; i < 16; ++i)
    tensors.push_back(testing::parameter("norm" + std::to_string(i) + ".bias", {512}));
  return testing::layout_of(std::move(tensors));
}

}  // namespace covey::bench
