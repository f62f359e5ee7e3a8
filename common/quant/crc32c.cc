#include "common/quant/crc32c.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace covey::quant {

namespace {

using Table = std::array<std::uint32_t, 256>;

// Table t advances a byte over t more zero bytes, so eight look-ups advance eight bytes at once.
constexpr std::array<Table, 8> make_tables() {
  std::array<Table, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0u);
    tables[0][byte] = crc;
  }
  for (std::size_t t = 1; t < 8; ++t) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[t - 1][byte];
      tables[t][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr std::array<Table, 8> kTables = make_tables();

std::uint32_t advance(std::uint32_t crc, const std::uint8_t* p, std::size_t left) {
  for (; left >= 8; left -= 8, p += 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    word ^= crc;
    crc = 0;
    for (std::size_t j = 0; j < 8; ++j) crc ^= kTables[7 - j][word >> (8 * j) & 0xff];
  }
  for (; left > 0; --left, ++p) crc = (crc >> 8) ^ kTables[0][(crc ^ *p) & 0xff];
  return crc;
}

#if defined(__x86_64__)
constexpr std::size_t kLaneBytes = 1024;

// What kLaneBytes zero bytes make of a checksum: the map is linear, so one look-up a byte of the checksum.
using LaneTables = std::array<Table, 4>;

LaneTables make_lane_tables() {
  LaneTables tables{};
  const Bytes zeros(kLaneBytes, 0);
  for (std::size_t t = 0; t < tables.size(); ++t) {
    for (std::uint32_t byte = 0; byte < 256; ++byte)
      tables[t][byte] = advance(byte << (8 * t), zeros.data(), zeros.size());
  }
  return tables;
}

std::uint32_t skip_lane(const LaneTables& tables, std::uint64_t crc) {
  return tables[0][crc & 0xff] ^ tables[1][crc >> 8 & 0xff] ^ tables[2][crc >> 16 & 0xff] ^
         tables[3][crc >> 24 & 0xff];
}

// The same polynomial in hardware. One instruction takes three cycles but a new one can start in each, so
// long inputs go through three lanes side by side.
__attribute__((target("sse4.2"))) std::uint32_t advance_sse42(std::uint32_t crc, const std::uint8_t* p,
                                                              std::size_t left) {
  static const LaneTables lane_tables = make_lane_tables();
  const auto step = [](std::uint64_t sum, const std::uint8_t* at) __attribute__((target("sse4.2"))) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    return _mm_crc32_u64(sum, word);
  };
  std::uint64_t wide = crc;
  for (; left >= 3 * kLaneBytes; left -= 3 * kLaneBytes, p += 3 * kLaneBytes) {
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (std::size_t i = 0; i < kLaneBytes; i += 8) {
      wide = step(wide, p + i);
      second = step(second, p + kLaneBytes + i);
      third = step(third, p + 2 * kLaneBytes + i);
    }
    wide = skip_lane(lane_tables, skip_lane(lane_tables, wide) ^ second) ^ third;
  }
  for (; left >= 8; left -= 8, p += 8) wide = step(wide, p);
  crc = static_cast<std::uint32_t>(wide);
  for (; left > 0; --left, ++p) crc = _mm_crc32_u8(crc, *p);
  return crc;
}

bool has_sse42() {
  static const bool has = __builtin_cpu_supports("sse4.2") != 0;
  return has;
}
#endif

}  // namespace

std::uint32_t crc32c_portable(ByteSpan bytes) {
  return ~advance(0xffffffffu, bytes.data(), bytes.size());
}

std::uint32_t crc32c(ByteSpan bytes) {
#if defined(__x86_64__)
  if (has_sse42()) return ~advance_sse42(0xffffffffu, bytes.data(), bytes.size());
#endif
  return crc32c_portable(bytes);
}

}  // namespace covey::quant
