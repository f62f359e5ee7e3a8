// Levels in units of the norm: golden bytes, the sizes of its errors, and what the reader refuses.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/common/quant/quantiser.h"

namespace covey::quant {
namespace {

using testing::encode_record;
using testing::golden;
using ::testing::HasSubstr;
using testing::kStream;
using testing::matrix_of;
using testing::norm;
using testing::quantiser;
using testing::read_record;
using testing::squared_error;
using testing::tensor_of;
using testing::through;

// Written by hand from FORMAT.md: the norm is 5, so the scale is 3 / 5 (rounded down), and 3, -4, 0 lie at
// 1.8, -2.4 and 0 of 3 levels; codes are these plus 4.
TEST(Qsgd, HasTheBytesOfTheFormat) {
  const Values values = {3, -4, 0};
  EXPECT_EQ(to_hex(encode_record(*quantiser("qsgd", 3), matrix_of(values, 1))),
            "07030002"
            "0100000003000000"
            "01000000"
            "9999193f"
            "1601");
}

TEST(Qsgd, DecodesToWholeLevelsOfTheNorm) {
  const Values values = golden("g_homog_32x64");
  for (const int bits : {2, 4, 8}) {
    const double level = double{norm(values)} / ((1 << (bits - 1)) - 1);
    for (const float value :
         through(*quantiser("qsgd", bits), matrix_of(values, 32), CodecDraws(1, kStream))) {
      const double levels = double{value} / level;
      EXPECT_NEAR(levels, std::round(levels), 1e-5 * std::fabs(levels));
    }
  }
}

// The bound of the paper, min(n / s^2, sqrt(n) / s) |x|^2.
TEST(Qsgd, ErrsByNoMoreThanItsAuthorsSay) {
  for (const std::string input : {"g_outlier_32x64", "g_homog_32x64"}) {
    const Values values = golden(input);
    const double square = std::pow(double{norm(values)}, 2);
    const auto count = static_cast<double>(values.size());
    for (int bits = 2; bits <= 8; ++bits) {
      const double levels = (1 << (bits - 1)) - 1;
      EXPECT_LE(quantiser("qsgd", bits)->exact_variance(matrix_of(values, 32)),
                square * std::min(count / (levels * levels), std::sqrt(count) / levels));
    }
  }
}

TEST(Qsgd, RefusesWhatItsEncoderDoesNotWrite) {
  const Values values = {3, -4, 0};
  const Bytes bytes = encode_record(*quantiser("qsgd", 3), matrix_of(values, 1));
  const auto refusal = [&](std::size_t offset, auto value) {
    Bytes damaged = bytes;
    std::memcpy(damaged.data() + offset, &value, sizeof(value));
    return read_record(damaged, tensor_of(1, 3)).status().message();
  };
  EXPECT_THAT(refusal(1, std::uint8_t{9}), HasSubstr("QSGD has 2 to 8 bits, not 9"));
  EXPECT_THAT(refusal(2, std::uint8_t{1}), HasSubstr("QSGD does not have flags 1"));
  EXPECT_THAT(refusal(12, 2u), HasSubstr("QSGD has one scale, not 2"));
  EXPECT_THAT(refusal(16, 0.0f), HasSubstr("scale 0 is not a positive finite number"));
  EXPECT_THAT(refusal(20, std::uint8_t{0x10}), HasSubstr("code 0 is in use"));
}

}  // namespace
}  // namespace covey::quant
