#pragma once

#include <cstdint>

#include "common/base/span.h"

namespace covey::quant::kernels {

/// Eight codes to a word and back, one way for every width: neighbouring fields are moved next to each other
/// in pairs, then pairs of pairs, then the two halves.
///   bits  1 to 8

/// Byte j of a word moves to its bits [j * bits, (j + 1) * bits). All bytes are below 2^bits.
void squeeze(int bits, Span<std::uint64_t> words);
/// The other way. Bits from 8 * bits on do not matter.
void spread(int bits, Span<std::uint64_t> words);

}  // namespace covey::quant::kernels
