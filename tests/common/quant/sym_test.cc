// The symmetric grid of weights: codes and scales of the reference, golden bytes, and what the reader
// refuses.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/common/quant/quantiser.h"

namespace covey::quant {
namespace {

using testing::encode_record;
using testing::golden;
using ::testing::HasSubstr;
using testing::kStream;
using testing::matrix_of;
using testing::quantiser;
using testing::read_record;
using testing::tensor_of;
using testing::through;

TEST(Sym, HasTheCodesOfTheReference) {
  const Values values = golden("w_12x16");
  const nlohmann::json all = testing::golden_figures("weight_figures");
  for (const auto& [bits, expected] : all.items()) {
    const Values decoded = through(*quantiser("sym", std::stoi(bits)), matrix_of(values, 12));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double step = expected.at("scale").at(i / 16).get<double>();
      const double code = expected.at("codes").at(i / 16).at(i % 16).get<double>();
      EXPECT_NEAR(double{decoded[i]}, code * step, 1e-6 * std::fabs(code * step)) << bits << " " << i;
    }
    EXPECT_NEAR(testing::squared_error(decoded, values) / expected.at("squared_error").get<double>(), 1,
                1e-4);
  }
}

TEST(Sym, KeepsZerosZeroHoweverItRounds) {
  Values values = covey::testing::uniform_values(400, -1, 3, 3);
  for (std::size_t i = 0; i < values.size(); i += 2) values[i] = 0;
  const Values decoded = through(*quantiser("sym", 3), matrix_of(values, 4), CodecDraws(1, kStream));
  for (std::size_t i = 0; i < values.size(); i += 2) EXPECT_EQ(decoded[i], 0);
}

// Written by hand from FORMAT.md: at 3 bits, 3 / 3 and 3 / 6; codes 1 4 7 5 and 4 4 7 3.
TEST(Sym, HasTheBytesOfTheFormat) {
  const Values values = {-3, 0, 3, 1, 0, 0, 6, -2};
  EXPECT_EQ(to_hex(encode_record(*quantiser("sym", 3), matrix_of(values, 2))),
            "04030002"
            "0200000004000000"
            "02000000"
            "0000803f0000003f"
            "e14b7e");
}

TEST(Sym, ZerosHaveNoCodes) {
  const Values zeros(64, 0.0f);
  EXPECT_EQ(encode_record(*quantiser("sym", 8), matrix_of(zeros, 4)).size(), 16u + 4 * 4);
}

TEST(Sym, RefusesWhatItsEncoderDoesNotWrite) {
  const Values values = {-3, 0, 3, 1, 0, 0, 6, -2};
  const Bytes bytes = encode_record(*quantiser("sym", 3), matrix_of(values, 2));
  const auto refusal = [&](std::size_t offset, auto value) {
    Bytes damaged = bytes;
    std::memcpy(damaged.data() + offset, &value, sizeof(value));
    return read_record(damaged, tensor_of(2, 4)).status().message();
  };
  EXPECT_THAT(refusal(12, 3u), HasSubstr("SYM_CH has 2 scales, not 3"));
  EXPECT_THAT(refusal(20, INFINITY), HasSubstr("scale 1 is not a positive finite number"));
  EXPECT_THAT(refusal(24, std::uint8_t{0xe0}), HasSubstr("code 0 is in use"));
  EXPECT_THAT(refusal(2, std::uint8_t{8}), HasSubstr("a constant tensor has scale 1"));
}

}  // namespace
}  // namespace covey::quant
