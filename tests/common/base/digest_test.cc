#include "common/base/digest.h"

#include <gtest/gtest.h>

namespace covey {
namespace {

// FIPS 180-4 example "abc".
constexpr char kAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Digest, MatchesTheStandard) {
  EXPECT_EQ(sha256(as_bytes("abc")).hex(), kAbc);
}

TEST(Digest, PiecesEqualTheWhole) {
  Sha256 hash;
  hash.update(as_bytes("a"));
  hash.update(as_bytes("bc"));
  EXPECT_EQ(hash.finish().hex(), kAbc);
}

TEST(Digest, ParsesOnlySixtyFourDigits) {
  EXPECT_EQ(Digest::from_hex(kAbc)->hex(), kAbc);
  EXPECT_FALSE(Digest::from_hex("abcd").ok());
  EXPECT_FALSE(Digest::from_bytes(as_bytes("short")).ok());
}

}  // namespace
}  // namespace covey
