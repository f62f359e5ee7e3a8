#pragma once

#include <array>

#include "common/data/augment/canvas.h"

namespace covey::data {

inline constexpr int kLevelMin = 1;
inline constexpr int kLevelMax = 9;

/// One entry of the pool of the strong view. `level` is in [kLevelMin, kLevelMax]; `negative` turns the
/// direction of rotations, shears and translations, the others ignore it. Results equal those of Pillow's
/// ImageOps and ImageEnhance.
struct Operation {
  const char* name;
  void (*apply)(Canvas& canvas, int level, bool negative);
};

inline constexpr std::size_t kOperationCount = 14;

/// FixMatch's pool, in alphabetical order; the order is part of the determinism contract.
const std::array<Operation, kOperationCount>& operation_pool();

}  // namespace covey::data
