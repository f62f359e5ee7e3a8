#include "common/base/bytes.h"

#include <gtest/gtest.h>

namespace covey {
namespace {

TEST(Bytes, NumbersAndTextRoundTrip) {
  ByteWriter writer;
  writer.put<std::uint32_t>(0x01020304);
  writer.put(1.5f);
  writer.put_text("conv1");
  const Bytes bytes = writer.take();
  EXPECT_EQ(bytes[0], 4);  // little endian
  ByteReader reader(bytes);
  EXPECT_EQ(*reader.get<std::uint32_t>("a"), 0x01020304u);
  EXPECT_EQ(*reader.get<float>("b"), 1.5f);
  EXPECT_EQ(*reader.get_text("c"), "conv1");
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(Bytes, TruncationSaysWhereAndWhat) {
  const Bytes bytes{1, 2, 3};
  ByteReader reader(bytes);
  ASSERT_TRUE(reader.get<std::uint16_t>("head").ok());
  const auto result = reader.get<std::uint32_t>("length");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.status().code(), Code::kCorrupt);
  EXPECT_EQ(result.status().message(), "truncated at byte 2: length needs 4 bytes, 1 are left");
}

TEST(Bytes, TextLongerThanTheRestIsRefused) {
  const Bytes bytes{0xff, 0xff, 'a'};
  ByteReader reader(bytes);
  EXPECT_FALSE(reader.get_text("name").ok());
}

TEST(Hex, RoundTripsAndRejectsOtherText) {
  const Bytes bytes{0, 0x7f, 0xff};
  EXPECT_EQ(to_hex(bytes), "007fff");
  EXPECT_EQ(*from_hex("007fFF"), bytes);
  EXPECT_FALSE(from_hex("0").ok());
  EXPECT_FALSE(from_hex("zz").ok());
}

}  // namespace
}  // namespace covey
