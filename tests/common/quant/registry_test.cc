#include "common/quant/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace covey::quant {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(CodecRegistry, UnknownNameListsTheKnownOnes) {
  const auto codec = make_codec("zip", {});
  EXPECT_EQ(codec.status().code(), Code::kInvalidArgument);
  EXPECT_THAT(codec.status().message(), HasSubstr("unknown codec 'zip'; known: auto, bhq, eden, fp32"));
  EXPECT_THAT(codec_registry().names(), ElementsAre("auto", "bhq", "eden", "fp32", "group", "psq", "ptq",
                                                    "ptq-zero", "qsgd", "sym", "topk"));
}

TEST(CodecRegistry, QuantisersTakeTwoToEightBits) {
  for (const std::string& name : codec_registry().names()) {
    if (name == "fp32" || name == "topk") continue;  // values stay as they are
    for (const int bits : {-1, 0, 1, 9, 32}) {
      const auto codec = make_codec(name, {bits});
      EXPECT_EQ(codec.status().code(), Code::kInvalidArgument) << name << bits;
      EXPECT_THAT(codec.status().message(), HasSubstr("codec " + name + " takes 2 to 8 bits, not "));
    }
    for (int bits = 2; bits <= 8; ++bits) EXPECT_TRUE(make_codec(name, {bits}).ok()) << name << bits;
  }
}

TEST(CodecRegistry, SchemesThatAreNotBuiltYetAreNamed) {
  const auto reader = find_body_reader(static_cast<Scheme>(5));
  EXPECT_EQ(reader.status().code(), Code::kCorrupt);
  EXPECT_THAT(reader.status().message(), HasSubstr("unknown scheme 5"));
}

}  // namespace
}  // namespace covey::quant
