// Which codec `auto` takes.

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

Scheme chosen(const Matrix& matrix, int bits) {
  return static_cast<Scheme>(encode_record(*quantiser("auto", bits), matrix)[0]);
}

TEST(Auto, TakesBhqWhereFewRowsAreHuge) {
  const Values values = golden("g_outlier_32x64");
  for (int bits = 2; bits <= 8; ++bits) EXPECT_EQ(chosen(matrix_of(values, 32), bits), Scheme::kBhq) << bits;
}

// A scale and an offset per row of 64 cost a bit per value, which saves more than PSQ's bound does.
TEST(Auto, TakesPtqWhereScalesCostMoreThanTheySave) {
  const Values values = golden("g_homog_32x64");
  for (int bits = 2; bits <= 8; ++bits) EXPECT_EQ(chosen(matrix_of(values, 32), bits), Scheme::kPtq) << bits;
}

TEST(Auto, TakesPsqWhereLongRowsDifferALittle) {
  Values values = covey::testing::uniform_values(4 * 4096, -1, 1, 1);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] *= static_cast<float>(1 + i / 4096);
  EXPECT_EQ(chosen(matrix_of(values, 4), 4), Scheme::kPsq);
}

TEST(Auto, TakesTheShortestRecordOfAnExactMatrix) {
  const Values equal(512, 3.5f);
  EXPECT_EQ(chosen(matrix_of(equal, 8), 4), Scheme::kPtq);
  Values rows(512);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<float>(i / 64);
  EXPECT_EQ(chosen(matrix_of(rows, 8), 4), Scheme::kPsq);
}

TEST(Auto, WritesAndPredictsWhatTheCodecDoesThatItTakes) {
  for (const std::string input : {"g_outlier_32x64", "g_homog_32x64"}) {
    const Values values = golden(input);
    const Matrix matrix = matrix_of(values, 32);
    const auto codec = quantiser(input == "g_homog_32x64" ? "ptq" : "bhq", 4);
    const auto automatic = quantiser("auto", 4);
    for (const CodecDraws& draws : {CodecDraws(), CodecDraws(1, kStream)})
      EXPECT_EQ(encode_record(*automatic, matrix, draws), encode_record(*codec, matrix, draws));
    EXPECT_EQ(automatic->exact_variance(matrix), codec->exact_variance(matrix));
    EXPECT_EQ(automatic->worst_case_bound(matrix), codec->worst_case_bound(matrix));
  }
}

TEST(Auto, TakesTwoToEightBits) {
  EXPECT_THAT(make_codec("auto", {9}).status().message(), HasSubstr("codec auto takes 2 to 8 bits, not 9"));
}

}  // namespace
}  // namespace covey::quant
