#pragma once

#include <array>
#include <cstdint>

#include "common/base/span.h"

namespace covey::quant::kernels {

/// Many blocks of a random function at once: words 8 j to 8 j + 7 are, the lower half of each number first,
/// philox4x32(counter = (low and high half of first + j, low and high half of item), key),
/// as Stream::block computes them one by one. The last block may be cut off.
void philox_words(std::array<std::uint32_t, 2> key, std::uint64_t item, std::uint64_t first,
                  Span<std::uint16_t> words);

}  // namespace covey::quant::kernels
