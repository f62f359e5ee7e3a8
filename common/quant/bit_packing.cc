#include "common/quant/bit_packing.h"

namespace covey::quant {

namespace {

std::uint64_t join_eight(const std::uint8_t* codes, std::size_t count, int bits) {
  std::uint64_t word = 0;
  for (std::size_t j = 0; j < count; ++j)
    word |= std::uint64_t{codes[j]} << (j * static_cast<unsigned>(bits));
  return word;
}

// The width is a template argument so that the compiler unrolls the shifts.
template <int kBits>
void unpack(const std::uint8_t* packed, std::uint8_t* codes, std::size_t count) {
  constexpr std::uint64_t kMask = (1u << kBits) - 1;
  for (; count >= 8; count -= 8, packed += kBits, codes += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, packed, kBits);
    for (int j = 0; j < 8; ++j) codes[j] = static_cast<std::uint8_t>(word >> (j * kBits) & kMask);
  }
  std::uint64_t word = 0;
  std::memcpy(&word, packed, packed_bytes(count, kBits));
  for (std::size_t j = 0; j < count; ++j) codes[j] = static_cast<std::uint8_t>(word >> (j * kBits) & kMask);
}

}  // namespace

void pack_codes(Span<const std::uint8_t> codes, int bits, Bytes& out) {
  COVEY_CHECK(is_code_width(bits), bits);
  const auto width = static_cast<std::size_t>(bits);
  std::size_t position = out.size();
  out.resize(position + packed_bytes(codes.size(), bits));
  std::size_t i = 0;
  for (; i + 8 <= codes.size(); i += 8, position += width) {
    const std::uint64_t word = join_eight(codes.data() + i, 8, bits);
    std::memcpy(out.data() + position, &word, width);
  }
  if (i == codes.size()) return;
  const std::uint64_t word = join_eight(codes.data() + i, codes.size() - i, bits);
  std::memcpy(out.data() + position, &word, out.size() - position);
}

void unpack_codes(ByteSpan packed, int bits, std::size_t first, Span<std::uint8_t> codes) {
  COVEY_CHECK(first % 8 == 0, first);
  COVEY_CHECK(packed.size() >= packed_bytes(first + codes.size(), bits), packed.size(), first, codes.size(),
              bits);
  if (codes.empty()) return;
  const std::uint8_t* from = packed.data() + packed_bytes(first, bits);
  switch (bits) {
    case 2:
      return unpack<2>(from, codes.data(), codes.size());
    case 3:
      return unpack<3>(from, codes.data(), codes.size());
    case 4:
      return unpack<4>(from, codes.data(), codes.size());
    case 5:
      return unpack<5>(from, codes.data(), codes.size());
    case 6:
      return unpack<6>(from, codes.data(), codes.size());
    case 7:
      return unpack<7>(from, codes.data(), codes.size());
    case 8:
      std::memcpy(codes.data(), from, codes.size());
      return;
    default:
      COVEY_CHECK(false, "codes have 2 to 8 bits, not", bits);
  }
}

bool padding_is_zero(ByteSpan packed, int bits, std::size_t count) {
  COVEY_CHECK(packed.size() == packed_bytes(count, bits), packed.size(), count, bits);
  const std::size_t used = count % 8 * static_cast<std::size_t>(bits) % 8;
  return used == 0 || packed[packed.size() - 1] >> used == 0;
}

Result<ByteSpan> get_codes(ByteReader& reader, std::size_t count, int bits) {
  COVEY_ASSIGN_OR_RETURN(const ByteSpan packed, reader.get_bytes(packed_bytes(count, bits), "codes"));
  if (!padding_is_zero(packed, bits, count)) return corrupt("the bits after the last code are not zero");
  return packed;
}

}  // namespace covey::quant
