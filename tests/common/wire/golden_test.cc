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
const std::string kVersion = "01000600";  // major 1, minor 6

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

TEST(Golden, UpdateOffer) {
  UpdateOffer offer{3, 1, SlotId{2}, sha256(as_bytes("abc")), false, sha256(as_bytes("abc")), 4096, {}};
  offer.report = {0.5, 0.25, {7, 9}, 64, 2, 0.75, {-1.5}, 40};
  EXPECT_EQ(hex(offer),
            "000000001b000000"
            "0000000001000100" +
                kVersion + "05000000" + "0000000003000300"  // content: three data words, three pointers
                + "0300000001000000"                        // round, attempt
                + "0200000000000000"                        // slot, nothing_to_report
                + "0010000000000000"                        // update_bytes
                + "0900000002010000"                        // model: 32 bytes behind the pointers
                + "1500000002010000"                        // update
                + "2000000006000200"                        // report: six data words, two pointers
                + kDigestOfAbc + kDigestOfAbc               //
                + "000000000000e03f" + "000000000000d03f"   // loss, mask_rate
                + "4000000000000000" + "0000000000000040"   // images, train_seconds
                + "000000000000e83f" + "2800000000000000"   // confidence, curvature_samples
                + "0500000014000000" +
                "050000000d000000"  // pseudo_labels: two of four bytes; curvature: one of eight
                + "0700000009000000" + "000000000000f8bf");  // what they hold
}

TEST(Golden, AnOfferOfVersionOneHasNoConfidence) {
  Frames frames;
  frames.envelope = *from_hex(
      "0000000017000000"
      "0000000001000100"
      "0100000005000000"
      "0000000003000300"
      "03000000010000000200000000000000"
      "0010000000000000"
      "090000000201000015000000020100002000000004000100" +
      kDigestOfAbc + kDigestOfAbc +
      "000000000000e03f000000000000d03f"
      "40000000000000000000000000000040"
      "01000000140000000700000009000000");
  const auto message = decode(frames, Side::kCoordinator);
  ASSERT_TRUE(message.ok()) << message.status().message();
  const Report& report = std::get<UpdateOffer>(*message).report;
  EXPECT_EQ(report.pseudo_labels, (std::vector<std::uint32_t>{7, 9}));
  EXPECT_EQ(report.train_seconds, 2);
  EXPECT_EQ(report.confidence, 0);
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
