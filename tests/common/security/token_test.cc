#include "common/security/token.h"

#include <gtest/gtest.h>

namespace covey::security {
namespace {

TEST(Token, IsRandomAndStoredAsItsDigest) {
  const std::string token = make_token();
  EXPECT_EQ(token.size(), 64u);
  EXPECT_NE(token, make_token());
  const auto digest = token_digest(token);
  ASSERT_TRUE(digest.ok()) << digest.status().message();
  EXPECT_EQ(*digest, sha256(*from_hex(token)));
}

TEST(Token, LetterCaseDoesNotMatter) {
  EXPECT_EQ(*token_digest(std::string(64, 'a')), *token_digest(std::string(64, 'A')));
}

TEST(Token, RejectsOtherTextWithoutRepeatingIt) {
  for (const std::string& text : {std::string(), std::string("hunter2"), std::string(63, 'a'),
                                  std::string(65, 'a'), std::string(64, 'g')}) {
    const auto digest = token_digest(text);
    ASSERT_FALSE(digest.ok());
    EXPECT_EQ(digest.status().message(), "this is not a token, which has 64 hexadecimal digits");
  }
}

TEST(Duration, ReadsEveryUnit) {
  EXPECT_EQ(*parse_duration_s("90s"), 90u);
  EXPECT_EQ(*parse_duration_s("30m"), 1800u);
  EXPECT_EQ(*parse_duration_s("24h"), 86'400u);
  EXPECT_EQ(*parse_duration_s("7d"), 604'800u);
  EXPECT_EQ(*parse_duration_s("1s"), 1u);
  EXPECT_EQ(*parse_duration_s("3650d"), 315'360'000u);
}

TEST(Duration, RejectsOtherTextAndSaysWhatIsAllowed) {
  for (const char* text :
       {"", "24", "h", "0h", "-1h", "+1h", "1.5h", " 1h", "1h ", "1 h", "1w", "1H", "3651d",
        "18446744073709551616s", "18446744073709551615d", "999999999999999999999d"}) {
    const auto seconds = parse_duration_s(text);
    ASSERT_FALSE(seconds.ok()) << text;
    EXPECT_EQ(seconds.status().code(), Code::kInvalidArgument);
    EXPECT_EQ(seconds.status().message(),
              "'" + std::string(text) +
                  "' is not a duration: a whole number followed by s, m, h or d, from 1s to 3650d");
  }
}

}  // namespace
}  // namespace covey::security
