// One grid per row: golden vectors and bytes, and what the reader refuses.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/common/quant/quantiser.h"

namespace covey::quant {
namespace {

using testing::encode_record;
using testing::golden;
using ::testing::HasSubstr;
using testing::matrix_of;
using testing::quantiser;
using testing::read_record;
using testing::tensor_of;
using testing::through;

const Values kTwoRows = {0, 1, 2, 3, -4, -4, 2, 0};

TEST(Psq, ReproducesTheReferenceAtFourBits) {
  testing::expect_golden_nearest("psq", "g_outlier_32x64", "PSQ");
  testing::expect_golden_nearest("psq", "g_homog_32x64", "PSQ");
}

TEST(Psq, HasTheVariancesOfTheReference) {
  testing::expect_golden_figures("psq", "g_outlier_32x64", "PSQ");
  testing::expect_golden_figures("psq", "g_homog_32x64", "PSQ");
}

TEST(Psq, ErrsByHalfAStepOfTheRow) {
  const Values values = golden("g_outlier_32x64");
  for (int bits = 2; bits <= 8; ++bits) {
    const Values decoded = through(*quantiser("psq", bits), matrix_of(values, 32));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double range = testing::range_of(matrix_of(values, 32).row(i / 64));
      EXPECT_NEAR(decoded[i], values[i], 0.5 * range / ((1 << bits) - 1) * (1 + 1e-5));
    }
  }
}

// Written by hand from FORMAT.md: scales 1 and 0.5, offsets 0 and -4, codes 0 1 2 3 and 0 0 3 2.
TEST(Psq, HasTheBytesOfTheFormat) {
  const Bytes bytes = encode_record(*quantiser("psq", 2), matrix_of(kTwoRows, 2));
  EXPECT_EQ(to_hex(bytes),
            "02020002"
            "0200000004000000"
            "02000000"
            "0000803f0000003f"
            "00000000000080c0"
            "e4b0");
}

TEST(Psq, KeepsConstantRowsExactlyWithoutCodesWhenAllAre) {
  const Values values = {0.1f, 0.1f, 0.1f, -7, -7, -7};
  const Bytes bytes = encode_record(*quantiser("psq", 8), matrix_of(values, 2));
  EXPECT_EQ(bytes.size(), 16u + 2 * 8);
  EXPECT_EQ(testing::decode(**read_record(bytes, tensor_of(2, 3))), values);
}

TEST(Psq, RefusesWhatItsEncoderDoesNotWrite) {
  const Bytes bytes = encode_record(*quantiser("psq", 2), matrix_of(kTwoRows, 2));
  const auto refusal = [&](std::size_t offset, auto value) {
    Bytes damaged = bytes;
    std::memcpy(damaged.data() + offset, &value, sizeof(value));
    return read_record(damaged, tensor_of(2, 4)).status().message();
  };
  EXPECT_THAT(refusal(1, std::uint8_t{9}), HasSubstr("PSQ has 2 to 8 bits, not 9"));
  EXPECT_THAT(refusal(2, std::uint8_t{1}), HasSubstr("PSQ does not have flags 1"));
  EXPECT_THAT(refusal(12, 1u), HasSubstr("PSQ has 2 scales, not 1"));
  EXPECT_THAT(refusal(12, 0xffffffffu), HasSubstr("PSQ has 2 scales, not 4294967295"));
  EXPECT_THAT(refusal(20, 0.0f), HasSubstr("scale 1 is not a positive finite number"));
  EXPECT_THAT(refusal(20, NAN), HasSubstr("scale 1 is not a positive finite number"));
  EXPECT_THAT(refusal(28, -INFINITY), HasSubstr("offset 1 is not finite"));
  EXPECT_THAT(refusal(2, std::uint8_t{8}), HasSubstr("a constant tensor has scale 1"));
}

}  // namespace
}  // namespace covey::quant
