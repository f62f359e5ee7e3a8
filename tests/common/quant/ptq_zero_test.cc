// The per-tensor grid with a code for zero: golden vectors where the reference picks the same code, golden
// bytes, zeros that stay zero, and what the reader refuses.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/common/quant/quantiser.h"

namespace covey::quant {
namespace {

using ::testing::Each;
using testing::encode_record;
using testing::golden;
using ::testing::HasSubstr;
using testing::kStream;
using testing::matrix_of;
using testing::quantiser;
using testing::read_record;
using testing::tensor_of;
using testing::through;

TEST(PtqZero, ReproducesTheReferenceAtFourBits) {
  testing::expect_golden_nearest("ptq-zero", "g_outlier_32x64", "PTQ_ref_zero_aligned");
}

TEST(PtqZero, HasTheVariancesOfTheReference) {
  testing::expect_golden_figures("ptq-zero", "g_outlier_32x64", "PTQ_ref_zero_aligned");
}

// The reference takes the code below, and with it a longer range.
TEST(PtqZero, IsNotWorseThanTheReferenceWhereTheCodeDiffers) {
  const Values values = golden("g_homog_32x64");
  const auto figures = testing::golden_figures("gradient_figures").at("g_homog_32x64");
  for (const int bits : {2, 4, 5, 8}) {
    const auto& reference = figures.at("PTQ_ref_zero_aligned").at(std::to_string(bits));
    EXPECT_LE(quantiser("ptq-zero", bits)->worst_case_bound(matrix_of(values, 32)),
              reference.at("bound").get<double>() * (1 + 1e-6));
  }
}

TEST(PtqZero, KeepsZerosZeroHoweverItRounds) {
  for (const auto& [low, high] : {std::pair{-1.0f, 2.0f}, {0.0f, 3.0f}, {-3.0f, 0.0f}, {-1e-6f, 5.0f}}) {
    Values values = covey::testing::uniform_values(400, low, high, 3);
    for (std::size_t i = 0; i < values.size(); i += 2) values[i] = 0;
    for (int bits = 2; bits <= 8; ++bits) {
      const Values decoded =
          through(*quantiser("ptq-zero", bits), matrix_of(values, 4), CodecDraws(1, kStream));
      for (std::size_t i = 0; i < values.size(); i += 2) EXPECT_EQ(decoded[i], 0) << low << " " << bits;
    }
  }
}

// Written by hand from FORMAT.md: -1, 0, 1, 2 at 2 bits have scale 1, and zero has code 1.
TEST(PtqZero, HasTheBytesOfTheFormat) {
  const Values values = {-1, 0, 1, 2};
  EXPECT_EQ(to_hex(encode_record(*quantiser("ptq-zero", 2), matrix_of(values, 1))),
            "01020102"
            "0100000004000000"
            "01000000"
            "0000803f"
            "0000803f"
            "e4");
}

TEST(PtqZero, RefusesWhatItsEncoderDoesNotWrite) {
  const Values values = {-1, 0, 1, 2};
  const Bytes bytes = encode_record(*quantiser("ptq-zero", 2), matrix_of(values, 1));
  const auto refusal = [&](std::size_t offset, auto value) {
    Bytes damaged = bytes;
    std::memcpy(damaged.data() + offset, &value, sizeof(value));
    return read_record(damaged, tensor_of(1, 4)).status().message();
  };
  for (const float code : {-1.0f, -0.0f, 0.5f, 4.0f, 1e9f})
    EXPECT_THAT(refusal(20, code), HasSubstr("is not the code of zero: not one of 0 to 3")) << code;
  EXPECT_THAT(refusal(20, NAN), HasSubstr("offset 0 is not finite"));
  EXPECT_THAT(refusal(16, -1.0f), HasSubstr("not a positive finite number"));
  EXPECT_THAT(refusal(2, std::uint8_t{9}), HasSubstr("does not have flags 9"));
}

}  // namespace
}  // namespace covey::quant
