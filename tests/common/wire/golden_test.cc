// The bytes of some envelopes, word by word as FORMAT.md fixes them. A change here is a change of the
// protocol.
#include <gtest/gtest.h>

#include "common/wire/envelope.h"

namespace covey::wire {
namespace {

const std::string kDigestOfAbc =
    "ba7816bf8f01cfea"
    "414140de5dae2223"
    "b00361a396177a9c"
    "b410ff61f20015ad";
const std::string kVersion = "01000000";  // major 1, minor 0

std::string hex(const Message& message) {
  return to_hex(encode(message).envelope);
}

TEST(Golden, Heartbeat) {
  EXPECT_EQ(hex(Heartbeat{}),
            "0000000003000000"           // one segment, three words
            "0000000001000100"           // root: one data word, one pointer
                + kVersion + "03000000"  // kind 3
                + "0000000000000000");   // no content
}

TEST(Golden, Finished) {
  EXPECT_EQ(hex(Finished{7}),
            "0000000004000000"
            "0000000001000100" +
                kVersion + "0d000000"   // kind 13
                + "0000000001000000"    // content: one data word
                + "0700000000000000");  // rounds
}

TEST(Golden, Hello) {
  EXPECT_EQ(hex(Hello{sha256(as_bytes("abc")), 500, true}),
            "000000000a000000"
            "0000000001000100" +
                kVersion + "02000000" + "0000000002000100"  // content: two data words, one pointer
                + "f401000000000000"                        // samples
                + "0100000000000000"                        // resuming
                + "0100000002010000"                        // probe: 32 bytes, next word
                + kDigestOfAbc);
}

TEST(Golden, ChunkRequest) {
  EXPECT_EQ(hex(ChunkRequest{sha256(as_bytes("abc")), 0x100000, 4}),
            "000000000a000000"
            "0000000001000100" +
                kVersion + "04000000" + "0000000002000100" + "0000100000000000"  // offset
                + "0400000000000000"                                             // chunks
                + "0100000002010000" + kDigestOfAbc);
}

TEST(Golden, Chunk) {
  const Frames frames = encode(Chunk{sha256(as_bytes("abc")), 0x200000, {0xab, 0xcd}});
  EXPECT_EQ(to_hex(frames.envelope),
            "0000000009000000"
            "0000000001000100" +
                kVersion + "07000000" + "0000000001000100" + "0000200000000000"  // offset
                + "0100000002010000" + kDigestOfAbc);
  EXPECT_EQ(to_hex(frames.blob), "abcd");  // the second frame is the bytes and nothing else
}

TEST(Golden, Error) {
  EXPECT_EQ(hex(Error{ErrorCode::kSuperseded, "newer session"}),
            "0000000007000000"
            "0000000001000100" +
                kVersion + "0c000000" + "0000000001000100" + "0400000000000000"  // code 4
                + "0100000072000000"  // text: 13 characters and a zero byte
                + "6e65776572207365" + "7373696f6e000000");
}

TEST(Golden, VersionOneIsReadForEver) {
  Frames frames;
  frames.envelope = *from_hex(
      "0000000004000000000000000100010001000000"
      "0d000000"
      "0000000001000000"
      "0700000000000000");
  const auto message = decode(frames, Side::kClient);
  ASSERT_TRUE(message.ok()) << message.status().message();
  EXPECT_EQ(std::get<Finished>(*message).rounds, 7u);
}

}  // namespace
}  // namespace covey::wire
