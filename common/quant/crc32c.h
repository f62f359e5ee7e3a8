#pragma once

#include <cstdint>

#include "common/base/bytes.h"

namespace covey::quant {

/// CRC-32C (Castagnoli, reflected polynomial 0x82f63b78): finds every error burst of up to 32 bits.
///   source  RFC 3720, appendix B.4 has test vectors.
std::uint32_t crc32c(ByteSpan bytes);
/// The same without special instructions: what machines without them use.
std::uint32_t crc32c_portable(ByteSpan bytes);

}  // namespace covey::quant
