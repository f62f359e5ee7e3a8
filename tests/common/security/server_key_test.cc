#include "common/security/server_key.h"

#include <gtest/gtest.h>

namespace covey::security {
namespace {

TEST(ServerKey, OpensTheLinkAndPinsTheSigningKey) {
  const auto curve = CurveKeys::generate();
  const auto signing = SigningKeys::generate();
  const std::string text = make_server_key(curve.public_key, signing.public_key);
  EXPECT_EQ(text.size(), 128u);
  const auto key = parse_server_key(text);
  ASSERT_TRUE(key.ok()) << key.status().message();
  EXPECT_EQ(key->curve, curve.public_key);
  EXPECT_TRUE(key->matches(signing.public_key));
  EXPECT_FALSE(key->matches(SigningKeys::generate().public_key));
  EXPECT_FALSE(key->matches(ByteSpan(signing.public_key).subspan(0, 31)));
  EXPECT_FALSE(key->matches({}));
}

TEST(ServerKey, IsCurveKeyThenDigestOfBothKeys) {
  PublicKey curve;
  PublicKey signing;
  curve.fill(0x11);
  signing.fill(0x22);
  Bytes both(curve.begin(), curve.end());
  both.insert(both.end(), signing.begin(), signing.end());
  EXPECT_EQ(make_server_key(curve, signing), to_hex(curve) + sha256(both).hex());
}

TEST(ServerKey, RejectsOtherTextWithAReason) {
  const std::string good = make_server_key(PublicKey{}, PublicKey{});
  EXPECT_TRUE(parse_server_key(good).ok());
  for (const std::string& bad : {std::string(), good.substr(1), good + "0", good.substr(0, 64),
                                 "x" + good.substr(1), good.substr(0, 127) + " "}) {
    const auto key = parse_server_key(bad);
    ASSERT_FALSE(key.ok()) << bad;
    EXPECT_EQ(key.status().code(), Code::kInvalidArgument);
    EXPECT_NE(key.status().message().find("128 hexadecimal digits"), std::string::npos)
        << key.status().message();
  }
  EXPECT_NE(parse_server_key("12").status().message().find("has 2 characters"), std::string::npos);
  EXPECT_NE(parse_server_key("x" + good.substr(1)).status().message().find("position 0"), std::string::npos);
}

}  // namespace
}  // namespace covey::security
