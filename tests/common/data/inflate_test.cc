#include "common/data/readers/inflate.h"

#include "tests/common/data/support.h"

namespace covey::data {
namespace {

TEST(Inflate, RoundTripsGzipAndZlib) {
  const Bytes original = pattern(200000);
  EXPECT_EQ(*inflated(compressed(original, true), Compression::kGzip, original.size()), original);
  EXPECT_EQ(*inflated(compressed(original, false), Compression::kZlib, original.size()), original);
}

TEST(Inflate, RejectsTruncationAtEveryLength) {
  const Bytes packed = compressed(pattern(300), true);
  for (std::size_t length = 0; length < packed.size(); ++length) {
    const auto result = inflated(ByteSpan(packed.data(), length), Compression::kGzip, 1000);
    ASSERT_EQ(result.status().code(), Code::kCorrupt) << length;
  }
}

TEST(Inflate, NeverTakesFlippedBitsForOtherData) {
  const Bytes packed = compressed(pattern(300), true);
  for (std::size_t i = 10; i < packed.size(); ++i) {
    Bytes broken = packed;
    broken[i] ^= 0x10;
    const auto result = inflated(broken, Compression::kGzip, 1000);
    // Only the padding bits before the checksum may change unseen.
    ASSERT_TRUE(!result.ok() || *result == pattern(300)) << i;
  }
}

TEST(Inflate, RejectsBytesAfterTheEnd) {
  Bytes packed = compressed(pattern(30), true);
  packed.push_back(0);
  EXPECT_EQ(inflated(packed, Compression::kGzip, 1000).status().code(), Code::kCorrupt);
}

TEST(Inflate, StopsABombAtTheLimit) {
  const Bytes bomb = compressed(Bytes(std::size_t{64} << 20, 0), true);
  ASSERT_LT(bomb.size(), 100000u);
  std::size_t seen = 0;
  const Status status = inflate(bomb, Compression::kGzip, 1 << 20, [&](ByteSpan piece) {
    seen += piece.size();
    return ok_status();
  });
  EXPECT_EQ(status.code(), Code::kExhausted);
  EXPECT_LE(seen, std::size_t{1} << 20);
}

}  // namespace
}  // namespace covey::data
