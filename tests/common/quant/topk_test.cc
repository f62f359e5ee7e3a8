// The largest values: golden bytes, which values are kept, and what the reader refuses.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/common/quant/quantiser.h"

namespace covey::quant {
namespace {

using testing::decode;
using testing::encode_record;
using testing::golden;
using ::testing::HasSubstr;
using testing::matrix_of;
using testing::read_record;
using testing::squared_error;
using testing::tensor_of;
using testing::through;

std::unique_ptr<const Codec> topk(double keep) {
  CodecOptions options;
  options.keep = keep;
  return *make_codec("topk", options);
}

const Values kSmall = {0.5f, -3, 2, 0, 3, -1};

// Written by hand from FORMAT.md: the 3 largest of 6 values.
TEST(Topk, HasTheBytesOfTheFormat) {
  EXPECT_EQ(to_hex(encode_record(*topk(0.5), matrix_of(kSmall, 3))),
            "09200002"
            "0300000002000000"
            "00000000"
            "03000000"
            "010002000400"
            "000040c00000004000004040");
}

TEST(Topk, KeepsTheFirstOfEqualMagnitudes) {
  EXPECT_EQ(through(*topk(0.5), matrix_of(kSmall, 3)), (Values{0, -3, 2, 0, 3, 0}));
  EXPECT_EQ(through(*topk(0.01), matrix_of(kSmall, 3)), (Values{0, -3, 0, 0, 0, 0}));
  EXPECT_EQ(through(*topk(0.25), matrix_of(Values{2, -2, 2, 2}, 2)), (Values{2, 0, 0, 0}));
  EXPECT_EQ(through(*topk(1), matrix_of(kSmall, 3)), kSmall);
}

TEST(Topk, ErrsByWhatItLeavesOut) {
  const Values values = golden("g_outlier_32x64");
  const Matrix matrix = matrix_of(values, 32);
  double before = std::numeric_limits<double>::infinity();
  for (const double keep : {0.001, 0.01, 0.1, 0.5, 1.0}) {
    const auto codec = topk(keep);
    EXPECT_FALSE(codec->unbiased());
    const double error = squared_error(through(*codec, matrix), values);
    EXPECT_NEAR(codec->exact_variance(matrix), error, 1e-9 * (1 + error));
    EXPECT_LE(error, codec->worst_case_bound(matrix));
    EXPECT_LT(error, before);
    before = error;
  }
  const Values alike(100, 2.0f);
  EXPECT_NEAR(topk(0.25)->exact_variance(matrix_of(alike, 4)),
              topk(0.25)->worst_case_bound(matrix_of(alike, 4)), 1e-9);
}

TEST(Topk, HasWideIndicesForMoreThan65536Values) {
  for (const std::size_t count : {65536u, 65537u}) {
    Values values(count, 0.0f);
    values.back() = 5;
    values[4096] = -7;
    const Bytes bytes = encode_record(*topk(2.0 / 65537), matrix_of(values, 1));
    EXPECT_EQ(bytes.size(), 16 + 4 + 2 * (count > 65536 ? 4u : 2u) + 2 * 4);
    EXPECT_EQ(decode(**read_record(bytes, tensor_of(1, count))), values);
  }
}

TEST(Topk, TakesAShareAboveZeroAndUpToOne) {
  for (const double keep : {0.0, -0.1, 1.001, std::numeric_limits<double>::quiet_NaN()}) {
    CodecOptions options;
    options.keep = keep;
    EXPECT_THAT(make_codec("topk", options).status().message(),
                HasSubstr("a share above 0 and up to 1, not "));
  }
}

TEST(Topk, RefusesEveryTruncation) {
  const Bytes bytes = encode_record(*topk(0.5), matrix_of(kSmall, 3));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_EQ(read_record(ByteSpan(bytes).subspan(0, length), tensor_of(3, 2)).status().code(),
              Code::kCorrupt)
        << length;
  }
}

TEST(Topk, RefusesWhatItsEncoderDoesNotWrite) {
  const Bytes bytes = encode_record(*topk(0.5), matrix_of(kSmall, 3));
  const auto refusal = [&](std::size_t offset, auto value) {
    Bytes damaged = bytes;
    std::memcpy(damaged.data() + offset, &value, sizeof(value));
    return read_record(damaged, tensor_of(3, 2)).status().message();
  };
  using U16 = std::uint16_t;
  EXPECT_THAT(refusal(1, std::uint8_t{8}), HasSubstr("TOPK has 32 bits, no flags and no scales"));
  EXPECT_THAT(refusal(2, std::uint8_t{2}), HasSubstr("TOPK has 32 bits, no flags and no scales"));
  EXPECT_THAT(refusal(12, 1u), HasSubstr("TOPK has 32 bits, no flags and no scales"));
  EXPECT_THAT(refusal(16, 0u), HasSubstr("0 values of 6 are kept"));
  EXPECT_THAT(refusal(16, 7u), HasSubstr("7 values of 6 are kept"));
  EXPECT_THAT(refusal(16, 0xffffffffu), HasSubstr("4294967295 values of 6"));
  EXPECT_THAT(refusal(20, U16{2}), HasSubstr("index 2 follows index 2: they do not rise"));
  EXPECT_THAT(refusal(20, U16{3}), HasSubstr("index 2 follows index 3: they do not rise"));
  EXPECT_THAT(refusal(24, U16{6}), HasSubstr("index 6 of a tensor of 6 values"));
  for (const float value : {NAN, INFINITY, -INFINITY})
    EXPECT_THAT(refusal(26, value), HasSubstr("the value of index 1 is not finite"));
}

TEST(Topk, RefusesAnyReplacedByteOrDecodesToFiniteValuesWithinTheMagnitude) {
  const Bytes bytes = encode_record(*topk(0.5), matrix_of(kSmall, 3));
  for (std::size_t offset = 0; offset < bytes.size(); ++offset) {
    for (int byte = 0; byte < 256; ++byte) {
      Bytes damaged = bytes;
      damaged[offset] = static_cast<std::uint8_t>(byte);
      const auto body = read_record(damaged, tensor_of(3, 2));
      if (!body.ok()) continue;
      ASSERT_TRUE(std::isfinite((*body)->magnitude_bound()));
      for (const float value : decode(**body))
        ASSERT_LE(std::fabs(value), (*body)->magnitude_bound()) << offset << " " << byte;
    }
  }
}

}  // namespace
}  // namespace covey::quant
