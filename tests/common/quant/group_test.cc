// One grid per group of rows: errors of the reference's formula, golden bytes, and what the reader refuses.

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

TEST(Group, HasTheErrorsOfTheReference) {
  const Values values = golden("w_12x16");
  const nlohmann::json all = testing::golden_figures("weight_figures");
  for (const auto& [bits, figures] : all.items()) {
    for (const auto& [groups, expected] : figures.at("group_squared_error").items()) {
      const auto codec = quantiser("group", std::stoi(bits), std::stoi(groups));
      const Values decoded = through(*codec, matrix_of(values, 12));
      EXPECT_NEAR(testing::squared_error(decoded, values) / expected.get<double>(), 1, 1e-4)
          << bits << " " << groups;
    }
  }
}

TEST(Group, OfAllRowsIsPtqAndOfOneRowIsPsq) {
  const Values values = golden("g_outlier_32x64");
  EXPECT_EQ(through(*quantiser("group", 4, 1), matrix_of(values, 32)),
            through(*quantiser("ptq", 4), matrix_of(values, 32)));
  for (const int groups : {32, 33, 1000}) {
    EXPECT_EQ(through(*quantiser("group", 4, groups), matrix_of(values, 32)),
              through(*quantiser("psq", 4), matrix_of(values, 32)));
  }
}

// Written by hand from FORMAT.md: of 3 rows the first two lie in group 0; scales 1 and 0.5, offsets 0 and -4.
TEST(Group, HasTheBytesOfTheFormat) {
  const Values values = {0, 1, 2, 3, -4, 2};
  EXPECT_EQ(to_hex(encode_record(*quantiser("group", 2, 2), matrix_of(values, 3))),
            "06020002"
            "0300000002000000"
            "02000000"
            "0000803f0000003f"
            "00000000000080c0"
            "e40c");
}

TEST(Group, TakesAtLeastOneGroup) {
  EXPECT_THAT(make_codec("group", {8, 0}).status().message(), HasSubstr("at least one group, not 0"));
}

TEST(Group, RefusesWhatItsEncoderDoesNotWrite) {
  const Values values = {0, 1, 2, 3, -4, 2};
  const Bytes bytes = encode_record(*quantiser("group", 2, 2), matrix_of(values, 3));
  const auto refusal = [&](std::size_t offset, auto value) {
    Bytes damaged = bytes;
    std::memcpy(damaged.data() + offset, &value, sizeof(value));
    return read_record(damaged, tensor_of(3, 2)).status().message();
  };
  EXPECT_THAT(refusal(12, 0u), HasSubstr("GROUP has 1 to 3 scales, not 0"));
  EXPECT_THAT(refusal(12, 4u), HasSubstr("GROUP has 1 to 3 scales, not 4"));
  EXPECT_THAT(refusal(12, 0xffffffffu), HasSubstr("GROUP has 1 to 3 scales, not 4294967295"));
  EXPECT_THAT(refusal(16, -1.0f), HasSubstr("scale 0 is not a positive finite number"));
}

}  // namespace
}  // namespace covey::quant
