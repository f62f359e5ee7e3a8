#include "common/quant/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace covey::quant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(CodecRegistry, UnknownNameListsTheKnownOnes) {
  const auto codec = make_codec("bhq", {});
  EXPECT_EQ(codec.status().code(), Code::kInvalidArgument);
  EXPECT_THAT(codec.status().message(), HasSubstr("unknown codec 'bhq'; known: fp32, ptq"));
  EXPECT_THAT(codec_registry().names(), ElementsAre("fp32", "ptq"));
}

TEST(CodecRegistry, PtqTakesTwoToEightBits) {
  for (const int bits : {-1, 0, 1, 9, 32}) {
    const auto codec = make_codec("ptq", {bits});
    EXPECT_EQ(codec.status().code(), Code::kInvalidArgument) << bits;
    EXPECT_THAT(codec.status().message(), HasSubstr("2 to 8 bits"));
  }
  for (int bits = 2; bits <= 8; ++bits) EXPECT_TRUE(make_codec("ptq", {bits}).ok()) << bits;
}

TEST(CodecRegistry, SchemesThatAreNotBuiltYetAreNamed) {
  const auto reader = find_body_reader(static_cast<Scheme>(3));
  EXPECT_EQ(reader.status().code(), Code::kCorrupt);
  EXPECT_THAT(reader.status().message(), HasSubstr("unknown scheme 3"));
}

}  // namespace
}  // namespace covey::quant
