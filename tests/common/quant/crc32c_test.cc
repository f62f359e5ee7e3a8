#include "common/quant/crc32c.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace covey::quant {
namespace {

// RFC 3720, B.4, and the usual check value of CRC catalogues.
TEST(Crc32c, MatchesPublishedVectors) {
  Bytes ascending(32);
  std::iota(ascending.begin(), ascending.end(), std::uint8_t{0});
  Bytes descending(ascending.rbegin(), ascending.rend());
  EXPECT_EQ(crc32c(Bytes(32, 0)), 0x8a9136aau);
  EXPECT_EQ(crc32c(Bytes(32, 0xff)), 0x62a8ab43u);
  EXPECT_EQ(crc32c(ascending), 0x46dd794eu);
  EXPECT_EQ(crc32c(descending), 0x113fdb5cu);
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283u);
  EXPECT_EQ(crc32c({}), 0u);
}

TEST(Crc32c, EqualsLongDivisionForEveryLengthUpTo40) {
  Bytes bytes;
  for (std::size_t length = 0; length <= 40; ++length) {
    std::uint32_t crc = 0xffffffffu;
    for (const std::uint8_t byte : bytes) {
      crc ^= byte;
      for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78u : 0u);
    }
    EXPECT_EQ(crc32c(bytes), ~crc) << length;
    EXPECT_EQ(crc32c_portable(bytes), ~crc) << length;
    bytes.push_back(static_cast<std::uint8_t>(length * 37 + 11));
  }
}

TEST(Crc32c, EqualsThePortableFormForLongInputsAtAnyAlignment) {
  Bytes bytes(20000);
  std::uint32_t state = 1;
  for (std::uint8_t& byte : bytes)
    byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
  for (const std::size_t length : {3071, 3072, 3073, 6144, 10001, 19990}) {
    for (std::size_t first = 0; first < 9; ++first) {
      const ByteSpan part = ByteSpan(bytes).subspan(first, length);
      EXPECT_EQ(crc32c(part), crc32c_portable(part)) << length << " bytes from " << first;
    }
  }
}

}  // namespace
}  // namespace covey::quant
