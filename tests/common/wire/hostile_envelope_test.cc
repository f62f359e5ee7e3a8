// Envelopes that no honest peer sends.
#include <gtest/gtest.h>

#include <cstring>

#include "tests/common/wire/random_messages.h"

namespace covey::wire {
namespace {

// Positions in a one-segment message: 8 bytes of framing, 8 of root pointer, then major, minor and kind as
// u16.
constexpr std::size_t kMajorAt = 16;
constexpr std::size_t kMinorAt = 18;
constexpr std::size_t kKindAt = 20;

TEST(HostileEnvelope, AnyTruncationIsRefused) {
  for (const Message& message : RandomMessages(2).one_of_each()) {
    const Frames whole = encode(message);
    const std::size_t step = whole.envelope.size() > 2000 ? 61 : 1;
    for (std::size_t size = 0; size < whole.envelope.size(); size += step) {
      Frames cut = whole;
      cut.envelope.resize(size);
      EXPECT_EQ(decode(std::move(cut), receiver_of(message)).status().code(), Code::kCorrupt);
    }
  }
}

TEST(HostileEnvelope, TrailingBytesAreRefused) {
  Frames frames = encode(Heartbeat{});
  frames.envelope.resize(frames.envelope.size() + 8);
  EXPECT_EQ(decode(frames, Side::kClient).status().code(), Code::kCorrupt);
}

TEST(HostileEnvelope, FlippedBitsNeverCrash) {
  // Whatever is still accepted must be a message that can be sent on.
  std::size_t accepted = 0;
  Sequence random(Stream(3, {}), 0);
  const auto messages = RandomMessages(4).one_of_each();
  for (int i = 0; i < 10'000; ++i) {
    const Message& message = messages[random.below(static_cast<std::uint32_t>(messages.size()))];
    Frames frames = encode(message);
    const std::size_t reach =
        random.coin() ? frames.envelope.size() : std::min<std::size_t>(96, frames.envelope.size());
    for (std::uint32_t flips = 1 + random.below(4); flips > 0; --flips) {
      const std::uint32_t bit = random.below(static_cast<std::uint32_t>(8 * reach));
      frames.envelope[bit / 8] = static_cast<std::uint8_t>(frames.envelope[bit / 8] ^ (1u << (bit % 8)));
    }
    const auto decoded = decode(std::move(frames), receiver_of(message));
    if (!decoded.ok()) continue;
    ++accepted;
    EXPECT_LE(encode(*decoded).envelope.size(), kEnvelopeBytesMax);
  }
  EXPECT_GT(accepted, 100u);
  EXPECT_LT(accepted, 9'900u);
}

TEST(HostileEnvelope, UnalignedBytesAreRead) {
  const Frames frames = encode(Hello{sha256(as_bytes("p")), 9, false});
  // Frames own their bytes, so only decode's own copy can be at fault; the sanitizer build would tell.
  for (std::size_t shift = 1; shift < 8; ++shift) {
    Bytes shifted(shift + frames.envelope.size());
    std::memcpy(shifted.data() + shift, frames.envelope.data(), frames.envelope.size());
    Frames moved;
    moved.envelope.assign(shifted.begin() + static_cast<std::ptrdiff_t>(shift), shifted.end());
    EXPECT_TRUE(decode(std::move(moved), Side::kCoordinator).ok());
  }
}

TEST(HostileEnvelope, TooLargeIsRefusedBeforeItIsRead) {
  Frames frames;
  frames.envelope.resize(kEnvelopeBytesMax + 8);
  EXPECT_EQ(decode(frames, Side::kClient).status().message(),
            "envelope bytes is 65544, at most 65536 is allowed");
}

TEST(HostileEnvelope, FramingMustBeOneSegmentOfTheRightSize) {
  Frames two = encode(Heartbeat{});
  two.envelope[0] = 1;
  EXPECT_EQ(decode(two, Side::kClient).status().message(), "an envelope of more than one segment");
  Frames claims = encode(Heartbeat{});
  claims.envelope[7] = 0xff;
  EXPECT_NE(decode(claims, Side::kClient).status().message().find("the envelope claims "), std::string::npos);
}

TEST(HostileEnvelope, ADeepOrEndlessStructureIsRefused) {
  // The root pointer leads to a struct whose only pointer leads to itself.
  Frames frames;
  frames.envelope.assign(8 + 3 * 8, 0);
  frames.envelope[4] = 3;
  frames.envelope[8 + 4] = 1;  // root: one data word
  frames.envelope[8 + 6] = 1;  // and one pointer
  frames.envelope[kMajorAt] = kProtocolMajor;
  frames.envelope[kKindAt] = 8;                                      // chunk
  const std::uint8_t self[] = {0xf8, 0xff, 0xff, 0xff, 1, 0, 1, 0};  // struct pointer, offset -2
  std::memcpy(frames.envelope.data() + 24, self, sizeof(self));
  frames.blob = {1};
  frames.has_blob = true;
  EXPECT_EQ(decode(frames, Side::kClient).status().code(), Code::kCorrupt);
}

TEST(HostileEnvelope, AnAllZeroMessageIsRefused) {
  Frames frames;
  frames.envelope.assign(16, 0);
  frames.envelope[4] = 1;
  EXPECT_FALSE(decode(frames, Side::kClient).ok());
}

TEST(Version, AnotherMajorSaysWhichSideToUpdate) {
  Frames newer = encode(Heartbeat{});
  newer.envelope[kMajorAt] = kProtocolMajor + 1;
  const auto at_coordinator = decode(newer, Side::kCoordinator);
  EXPECT_EQ(at_coordinator.status().code(), Code::kRefused);
  EXPECT_EQ(at_coordinator.status().message(),
            "the client speaks protocol 2.6, the coordinator speaks 1.6: update the coordinator");
  EXPECT_EQ(decode(newer, Side::kClient).status().message(),
            "the coordinator speaks protocol 2.6, the client speaks 1.6: update the client");
  Frames older = encode(Heartbeat{});
  older.envelope[kMajorAt] = 0;
  EXPECT_EQ(decode(older, Side::kCoordinator).status().message(),
            "the client speaks protocol 0.6, the coordinator speaks 1.6: update the client");
}

TEST(Version, APeerWithOtherSettingsIsToldToUpdateBeforeItGetsThem) {
  Frames hello = encode(Hello{});
  hello.envelope[kMinorAt] = kSettingsMinor - 1;
  const auto at_coordinator = decode(hello, Side::kCoordinator);
  EXPECT_EQ(at_coordinator.status().message(),
            "the client speaks protocol 1.5, the coordinator speaks 1.6: update the client");
  EXPECT_EQ(refusal(at_coordinator.status()).code, ErrorCode::kVersion);
  Frames welcome = encode(Welcome{UserId{5}, sha256(as_bytes("r")), {1}, Bytes(kSignatureBytes, 4)});
  welcome.envelope[kMinorAt] = kSettingsMinor - 1;
  EXPECT_EQ(decode(welcome, Side::kClient).status().message(),
            "the coordinator speaks protocol 1.5, the client speaks 1.6: update the coordinator");
}

TEST(Version, ANewerMinorIsReadAndItsKindsAreHeartbeats) {
  Frames known = encode(Finished{4});
  known.envelope[kMinorAt] = kProtocolMinor + 1;
  const auto decoded = decode(known, Side::kClient);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(std::get<Finished>(*decoded).rounds, 4u);

  Frames unknown = encode(Heartbeat{});
  unknown.envelope[kKindAt] = 200;
  EXPECT_EQ(decode(unknown, Side::kClient).status().message(), "unknown kind 200");
  unknown.envelope[kMinorAt] = kProtocolMinor + 1;
  unknown.has_blob = true;
  const auto ignored = decode(unknown, Side::kClient);
  ASSERT_TRUE(ignored.ok());
  EXPECT_TRUE(std::holds_alternative<Heartbeat>(*ignored));
}

TEST(Version, AnUnknownErrorCodeReadsAsRefused) {
  Frames frames = encode(Error{static_cast<ErrorCode>(77), "new trouble"});
  const auto decoded = decode(frames, Side::kClient);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(std::get<Error>(*decoded).code, ErrorCode::kRefused);
  EXPECT_EQ(std::get<Error>(*decoded).text, "new trouble");
}

}  // namespace
}  // namespace covey::wire
