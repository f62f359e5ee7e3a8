#pragma once

#include <cstddef>
#include <cstdint>

#include "common/base/bytes.h"

namespace covey::quant {

/// Codes of 2..8 bits as a bit stream: code i lies in bits [i * bits, i * bits + bits), least significant bit
/// first; the last byte is padded with zeros. Eight codes fill exactly `bits` bytes, so pieces that start at
/// a multiple of 8 can be packed and unpacked on their own.

inline constexpr int kMinBits = 2;
inline constexpr int kMaxBits = 8;

constexpr bool is_code_width(int bits) {
  return bits >= kMinBits && bits <= kMaxBits;
}

/// Codes run from 0 to this.
constexpr int last_code(int bits) {
  return (1 << bits) - 1;
}

constexpr std::size_t packed_bytes(std::size_t count, int bits) {
  const auto width = static_cast<std::size_t>(bits);
  return count / 8 * width + (count % 8 * width + 7) / 8;
}

/// Appends the packed codes to `out`. Every code is below 2^bits. A call for a count that is no multiple of 8
/// ends the stream.
void pack_codes(Span<const std::uint8_t> codes, int bits, Bytes& out);

/// Unpacks codes [first, first + codes.size()) of a stream; `first` is a multiple of 8 and the stream is long
/// enough.
void unpack_codes(ByteSpan packed, int bits, std::size_t first, Span<std::uint8_t> codes);

/// Whether the bits after the last of `count` codes are all zero; packed.size() == packed_bytes(count, bits).
bool padding_is_zero(ByteSpan packed, int bits, std::size_t count);

/// Reads a stream of `count` codes.
///   errors  kCorrupt when it is cut off or its padding is not zero
Result<ByteSpan> get_codes(ByteReader& reader, std::size_t count, int bits);

}  // namespace covey::quant
