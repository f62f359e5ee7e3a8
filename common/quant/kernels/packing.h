#pragma once

#include <cstdint>

#include "common/base/span.h"

namespace covey::quant::kernels {

/// Eight codes to a word and back, one way for every width: neighbouring fields are moved next to each other
/// in pairs, then pairs of pairs, then the two halves. Packing 4 bits has a shorter way as well.
///   bits  1 to 8

/// Byte j of a word moves to its bits [j * bits, (j + 1) * bits). All bytes are below 2^bits.
void squeeze(int bits, Span<std::uint64_t> words);
/// The other way. Bits from 8 * bits on do not matter.
void spread(int bits, Span<std::uint64_t> words);

/// Codes below 16, two to a byte, the first of them in its low half: what squeeze makes of 4 bits, without
/// gaps between words. `packed` has room for (codes.size() + 1) / 2 bytes.
void pack_halves(Span<const std::uint8_t> codes, std::uint8_t* packed);

}  // namespace covey::quant::kernels
