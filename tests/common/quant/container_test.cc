// The container's bytes (FORMAT.md): fixed by golden bytes that were computed apart from this code, round
// trips, and damage of every kind.

#include "common/quant/container.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "common/quant/crc32c.h"
#include "tests/support/models.h"

namespace covey::quant {
namespace {

using testing::buffer;
using testing::encode;
using ::testing::HasSubstr;
using testing::layout_of;
using testing::parameter;

constexpr std::size_t kHeaderBytes = 44;

Layout small_layout() {
  return layout_of({parameter("weight", {16, 16}), parameter("bias", {2}), parameter("same", {16, 16})});
}

// bias 1, -2; same: 0.5 everywhere; weight 0, 1, 2, 3, 0, 1, ...
Values small_values() {
  Values values = {1, -2};
  values.insert(values.end(), 256, 0.5f);
  for (int i = 0; i < 256; ++i) values.push_back(static_cast<float>(i % 4));
  return values;
}

// Written with a few lines of Python from FORMAT.md.
Bytes golden_bytes() {
  std::string codes;
  for (int i = 0; i < 64; ++i) codes += "e4";
  return *from_hex(
      "4356594d0100000003000000a7113a2490e4ce059a20e5dff93cf74884585ec948f764e73fce52148e17a647"
      "0020000102000000000000000000803f000000c00814e044"
      "010208021000000010000000010000000000803f0000003fd6a24ff2"
      "010200021000000010000000010000000000803f00000000" +
      codes + "e34f2e83");
}

std::string refusal(ByteSpan bytes, const Layout& layout) {
  const auto view = ContainerView::parse(bytes, layout);
  if (view.ok()) return "accepted";
  EXPECT_EQ(view.status().code(), Code::kCorrupt);
  return view.status().message();
}

TEST(Container, HasTheBytesOfTheFormat) {
  EXPECT_EQ(to_hex(encode("ptq", 2, small_layout(), small_values())), to_hex(golden_bytes()));
  const Bytes golden = golden_bytes();
  const Layout layout = small_layout();
  EXPECT_EQ(ContainerView::parse(golden, layout)->decode(), small_values());
}

TEST(Container, RoundTripsFp32BitForBit) {
  const Layout layout = layout_of(
      {parameter("a", {9000}), parameter("b", {31, 57}), buffer("c", {20, 20}), parameter("d", {})});
  Values values = testing::uniform_values(layout.value_count(), -1e30f, 1e30f, 1);
  values[3] = -0.0f;
  values[4] = 1e-42f;
  const Bytes bytes = encode("fp32", 8, layout, values);
  const Values decoded = ContainerView::parse(bytes, layout)->decode();
  EXPECT_EQ(std::memcmp(decoded.data(), values.data(), values.size() * sizeof(float)), 0);
}

TEST(Container, SubtractsWhatItDecodesTo) {
  const Layout layout = layout_of({parameter("a", {9000}), parameter("b", {60, 157})});
  const Bytes bytes = encode("ptq", 4, layout, testing::uniform_values(layout.value_count(), -1, 1, 4));
  const auto view = ContainerView::parse(bytes, layout);
  const Values decoded = view->decode();
  Values values = testing::uniform_values(layout.value_count(), -2, 2, 5);
  Values expected = values;
  for (std::size_t i = 0; i < expected.size(); ++i) expected[i] -= decoded[i];
  view->subtract_from(Span<float>(values));
  EXPECT_EQ(values, expected);
}

TEST(Container, KeepsVectorsBuffersAndSmallTensorsAsFp32) {
  const Layout layout = layout_of({parameter("a", {300}), parameter("b", {5, 51}), buffer("c", {20, 20})});
  const Values values = testing::uniform_values(layout.value_count(), -1, 1, 2);
  const Bytes bytes = encode("ptq", 2, layout, values);
  EXPECT_EQ(ContainerView::parse(bytes, layout)->decode(), values);
}

TEST(Container, RoundTripsEveryWidthAndOddCount) {
  for (int bits = 2; bits <= 8; ++bits) {
    for (const std::uint32_t columns : {256u, 257u, 4096u, 8195u}) {
      const Layout layout = layout_of({parameter("w", {1, columns})});
      const Values values = testing::uniform_values(columns, -2, 3, columns);
      const Bytes bytes = encode("ptq", bits, layout, values, CodecDraws(5, {}));
      const auto view = ContainerView::parse(bytes, layout);
      ASSERT_TRUE(view.ok()) << view.status().message();
      const Values decoded = view->decode();
      const float step = 5.0f / static_cast<float>((1 << bits) - 1);
      for (std::size_t i = 0; i < values.size(); ++i)
        ASSERT_NEAR(decoded[i], values[i], step) << bits << " " << i;
    }
  }
}

TEST(Container, MagnitudeBoundCoversTheDecodedValues) {
  const Layout layout = layout_of({parameter("a", {7}), parameter("w", {20, 20})});
  const Values values = testing::uniform_values(layout.value_count(), -9, 4, 3);
  const Bytes bytes = encode("ptq", 3, layout, values, CodecDraws(5, {}));
  const auto view = ContainerView::parse(bytes, layout);
  const Values decoded = view->decode();
  for (const TensorRecord& record : view->records()) {
    float largest = 0;
    for (std::size_t i = 0; i < record.tensor->count; ++i)
      largest = std::max(largest, std::fabs(decoded[record.tensor->offset + i]));
    EXPECT_GE(record.body->magnitude_bound(), largest);
    EXPECT_LE(record.body->magnitude_bound(), 9.0f);
  }
}

TEST(Container, BytesMaxIsThatOfFp32AndBoundsEveryCodec) {
  const Layout layout = layout_of({parameter("a", {1}), parameter("b", {31, 57}), parameter("c", {})});
  const Values values = testing::uniform_values(layout.value_count(), -1, 1, 1);
  const std::uint64_t most = container_bytes_max(layout);
  EXPECT_EQ(encode("fp32", 8, layout, values).size(), most);
  for (const std::string& codec : codec_registry().names())
    EXPECT_LE(encode(codec, 8, layout, values).size(), most) << codec;
}

TEST(Container, KeepsATensorAsFp32WhoseScalesWouldCostMore) {
  const Layout layout = layout_of({parameter("w", {300, 2})});
  const Values values = testing::uniform_values(600, -1, 1, 2);
  for (const std::string codec : {"psq", "bhq"}) {
    const Bytes bytes = encode(codec, 8, layout, values);
    EXPECT_EQ(bytes.size(), container_bytes_max(layout));
    EXPECT_EQ(ContainerView::parse(bytes, layout)->decode(), values);
  }
}

TEST(Container, RefusesEveryTruncation) {
  const Bytes golden = golden_bytes();
  const Layout layout = small_layout();
  for (std::size_t length = 0; length < golden.size(); ++length)
    EXPECT_NE(refusal(ByteSpan(golden).subspan(0, length), layout), "accepted") << length;
}

TEST(Container, RefusesEveryFlippedBit) {
  const Layout layout = small_layout();
  for (std::size_t bit = 0; bit < golden_bytes().size() * 8; ++bit) {
    Bytes damaged = golden_bytes();
    damaged[bit / 8] = static_cast<std::uint8_t>(damaged[bit / 8] ^ 1u << bit % 8);
    EXPECT_NE(refusal(damaged, layout), "accepted") << bit;
  }
}

TEST(Container, RefusesBytesAfterTheLastRecord) {
  Bytes longer = golden_bytes();
  longer.push_back(0);
  EXPECT_THAT(refusal(longer, small_layout()), HasSubstr("1 bytes follow the last record, from byte 188"));
}

TEST(Container, NamesTensorAndOffsetOfDamage) {
  Bytes damaged = golden_bytes();
  damaged[150] ^= 1;
  EXPECT_EQ(refusal(damaged, small_layout()),
            "record of tensor weight at byte 96: the checksum does not match");
}

TEST(Container, RefusesAnotherModel) {
  const Bytes golden = golden_bytes();
  const auto with_weight = [](TensorSpec weight) {
    return layout_of({std::move(weight), parameter("bias", {2}), parameter("same", {16, 16})});
  };
  for (const Layout& other :
       {with_weight(parameter("weights", {16, 16})), with_weight(parameter("weight", {32, 8})),
        with_weight(buffer("weight", {16, 16}))}) {
    EXPECT_THAT(refusal(golden, other), HasSubstr("layout digest at byte 12"));
  }
  EXPECT_THAT(refusal(golden, layout_of({parameter("bias", {2})})), HasSubstr("3 tensors, the model has 1"));
}

// ---- records that a hostile sender signs with a right checksum

// A container of one 16x16 tensor at 3 bits whose record can be changed at will.
class HostileRecord {
 public:
  HostileRecord() : bytes_(encode("ptq", 3, layout(), testing::uniform_values(256, -1, 1, 4))) {}

  static const Layout& layout() {
    static const Layout kLayout = layout_of({parameter("w", {16, 16})});
    return kLayout;
  }

  template <typename T>
  HostileRecord& set(std::size_t offset_in_record, T value) {
    std::memcpy(bytes_.data() + kHeaderBytes + offset_in_record, &value, sizeof(value));
    return *this;
  }
  HostileRecord& truncate_to(std::size_t record_bytes) {
    bytes_.resize(kHeaderBytes + record_bytes + 4);
    return *this;
  }
  std::size_t record_bytes() const { return bytes_.size() - kHeaderBytes - 4; }

  Bytes signed_bytes() const {
    Bytes bytes = bytes_;
    const std::uint32_t crc = crc32c(ByteSpan(bytes).subspan(kHeaderBytes, record_bytes()));
    std::memcpy(bytes.data() + bytes.size() - 4, &crc, 4);
    return bytes;
  }
  std::string refusal() const {
    const Bytes bytes = signed_bytes();
    return quant::refusal(bytes, layout());
  }

 private:
  Bytes bytes_;
};

TEST(HostileRecord, IsAcceptedUnchanged) {
  EXPECT_EQ(HostileRecord().refusal(), "accepted");
}

TEST(HostileRecord, WithImpossibleFieldsIsRefused) {
  using U8 = std::uint8_t;
  EXPECT_THAT(HostileRecord().set(0, U8{11}).refusal(), HasSubstr("unknown scheme 11"));
  EXPECT_THAT(HostileRecord().set(0, U8{0}).refusal(), HasSubstr("raw32 has 32 bits"));
  EXPECT_THAT(HostileRecord().set(1, U8{9}).refusal(), HasSubstr("2 to 8 bits, not 9"));
  EXPECT_THAT(HostileRecord().set(1, U8{1}).refusal(), HasSubstr("2 to 8 bits, not 1"));
  EXPECT_THAT(HostileRecord().set(1, U8{8}).refusal(), HasSubstr("codes needs 256 bytes"));
  EXPECT_THAT(HostileRecord().set(2, U8{4}).refusal(), HasSubstr("flags 4"));
  EXPECT_THAT(HostileRecord().set(2, U8{10}).refusal(), HasSubstr("flags 10"));
  EXPECT_THAT(HostileRecord().set(3, U8{3}).refusal(), HasSubstr("rank 3, the model has 2"));
  EXPECT_THAT(HostileRecord().set(4, 0xffffffffu).refusal(), HasSubstr("dimension 0 is 4294967295"));
  EXPECT_THAT(HostileRecord().set(12, 0xffffffffu).refusal(), HasSubstr("one scale, not 4294967295"));
  EXPECT_THAT(HostileRecord().set(12, 0u).refusal(), HasSubstr("one scale, not 0"));
}

TEST(HostileRecord, LongerThanItsValuesInFp32IsRefused) {
  const Layout layout = layout_of({parameter("w", {64, 1})});
  TensorSpec tensor = layout.tensors()[0];
  ByteWriter record;
  (*make_codec("psq", {8}))->encode(tensor, testing::uniform_values(64, -1, 1, 1), CodecDraws(1, {}), record);
  Bytes bytes = encode("fp32", 8, layout, Values(64, 1.0f));
  bytes.resize(kHeaderBytes);
  bytes.insert(bytes.end(), record.bytes().begin(), record.bytes().end());
  const std::uint32_t crc = crc32c(ByteSpan(record.bytes()));
  const auto* crc_bytes = reinterpret_cast<const std::uint8_t*>(&crc);
  bytes.insert(bytes.end(), crc_bytes, crc_bytes + sizeof(crc));
  EXPECT_THAT(refusal(bytes, layout), HasSubstr("longer than its values in fp32"));
}

TEST(HostileRecord, WithAScaleOrOffsetThatIsNoneIsRefused) {
  for (const float scale : {0.0f, -0.0f, -1.0f, INFINITY, NAN})
    EXPECT_THAT(HostileRecord().set(16, scale).refusal(), HasSubstr("not a positive finite number"));
  for (const float offset : {INFINITY, -INFINITY, NAN})
    EXPECT_THAT(HostileRecord().set(20, offset).refusal(), HasSubstr("offset 0 is not finite"));
}

TEST(HostileRecord, ThatIsConstantHasScaleOneAndNoCodes) {
  HostileRecord record;
  record.set(2, std::uint8_t{8}).set(16, 1.0f).truncate_to(24);
  EXPECT_EQ(record.refusal(), "accepted");
  EXPECT_THAT(record.set(16, 2.0f).refusal(), HasSubstr("constant tensor has scale 1"));
}

TEST(HostileRecord, WithPaddingBitsIsRefused) {
  const Layout layout = layout_of({parameter("w", {1, 257})});
  Bytes bytes = encode("ptq", 3, layout, testing::uniform_values(257, -1, 1, 4));
  bytes[bytes.size() - 5] |= 0x80;
  const std::uint32_t crc = crc32c(ByteSpan(bytes).subspan(kHeaderBytes, bytes.size() - kHeaderBytes - 4));
  std::memcpy(bytes.data() + bytes.size() - 4, &crc, 4);
  EXPECT_THAT(refusal(bytes, layout), HasSubstr("bits after the last code are not zero"));
}

TEST(HostileRecord, WithANonFiniteRawValueIsRefused) {
  const Layout layout = layout_of({parameter("b", {3})});
  for (const float bad : {NAN, INFINITY, -INFINITY}) {
    Bytes bytes = encode("fp32", 8, layout, {1, 2, 3});
    std::memcpy(bytes.data() + bytes.size() - 8, &bad, 4);
    const std::uint32_t crc = crc32c(ByteSpan(bytes).subspan(kHeaderBytes, bytes.size() - kHeaderBytes - 4));
    std::memcpy(bytes.data() + bytes.size() - 4, &crc, 4);
    EXPECT_THAT(refusal(bytes, layout), HasSubstr("value 2 is not finite"));
  }
}

TEST(HostileRecord, WithAnyByteReplacedIsRefusedOrDecodesToFiniteValues) {
  for (std::size_t offset = 0; offset < 28; ++offset) {
    for (int byte = 0; byte < 256; ++byte) {
      HostileRecord record;
      const Bytes bytes = record.set(offset, static_cast<std::uint8_t>(byte)).signed_bytes();
      const auto view = ContainerView::parse(bytes, HostileRecord::layout());
      if (!view.ok()) continue;
      for (const float value : view->decode()) ASSERT_TRUE(std::isfinite(value)) << offset << " " << byte;
      ASSERT_TRUE(std::isfinite(view->records()[0].body->magnitude_bound()));
    }
  }
}

}  // namespace
}  // namespace covey::quant
