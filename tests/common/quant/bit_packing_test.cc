#include "common/quant/bit_packing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/random.h"

namespace covey::quant {
namespace {

using Codes = std::vector<std::uint8_t>;

Codes random_codes(std::size_t count, int bits) {
  Sequence sequence(Stream(11, {}), count * 16 + static_cast<std::size_t>(bits));
  Codes codes(count);
  for (auto& code : codes) code = static_cast<std::uint8_t>(sequence.below(1u << bits));
  return codes;
}

// The definition, bit by bit.
Bytes packed_by_definition(const Codes& codes, int bits) {
  const auto width = static_cast<std::size_t>(bits);
  Bytes packed((codes.size() * width + 7) / 8, 0);
  for (std::size_t i = 0; i < codes.size() * width; ++i) {
    const int bit = codes[i / width] >> (i % width) & 1;
    packed[i / 8] = static_cast<std::uint8_t>(packed[i / 8] | bit << (i % 8));
  }
  return packed;
}

class BitPacking : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Widths, BitPacking, ::testing::Range(2, 9));

TEST_P(BitPacking, FollowsTheDefinitionAndRoundTrips) {
  const int bits = GetParam();
  for (const std::size_t count : {0u, 1u, 7u, 8u, 9u, 63u, 64u, 65u, 1000u}) {
    const Codes codes = random_codes(count, bits);
    Bytes packed;
    pack_codes(codes, bits, packed);
    EXPECT_EQ(packed.size(), packed_bytes(count, bits));
    EXPECT_EQ(packed, packed_by_definition(codes, bits)) << count;
    Codes unpacked(count);
    unpack_codes(packed, bits, 0, unpacked);
    EXPECT_EQ(unpacked, codes) << count;
    EXPECT_TRUE(padding_is_zero(packed, bits, count)) << count;
  }
}

TEST_P(BitPacking, PiecesFromMultiplesOfEightEqualTheWhole) {
  const int bits = GetParam();
  const Codes codes = random_codes(45, bits);
  Bytes packed;
  pack_codes(Span<const std::uint8_t>(codes).subspan(0, 24), bits, packed);
  pack_codes(Span<const std::uint8_t>(codes).subspan(24, 21), bits, packed);
  EXPECT_EQ(packed, packed_by_definition(codes, bits));
  Codes piece(13);
  unpack_codes(packed, bits, 16, piece);
  EXPECT_EQ(piece, Codes(codes.begin() + 16, codes.begin() + 29));
}

TEST(BitPacking, EveryBitAfterTheLastCodeCountsAsPadding) {
  for (int bits = 2; bits <= 8; ++bits) {
    for (std::size_t count = 1; count <= 16; ++count) {
      Bytes packed;
      pack_codes(Codes(count, 0), bits, packed);
      for (std::size_t bit = 0; bit < packed.size() * 8; ++bit) {
        Bytes changed = packed;
        changed[bit / 8] = static_cast<std::uint8_t>(1u << bit % 8);
        EXPECT_EQ(padding_is_zero(changed, bits, count), bit < count * static_cast<std::size_t>(bits));
      }
    }
  }
}

}  // namespace
}  // namespace covey::quant
