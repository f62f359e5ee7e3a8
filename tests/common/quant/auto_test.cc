// Which codec `auto` takes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

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

// The definition: encode with all three, multiply bounds by 4^(bits per value).
Scheme chosen_by_encoding(const Matrix& matrix, int bits) {
  double least = std::numeric_limits<double>::infinity();
  Scheme best = Scheme::kRaw32;
  for (const std::string name : {"ptq", "psq", "bhq"}) {
    const auto codec = quantiser(name, bits);
    const Bytes record = encode_record(*codec, matrix);
    const double cost = 0.5 * std::log2(codec->worst_case_bound(matrix)) +
                        8.0 * static_cast<double>(record.size()) / static_cast<double>(matrix.values.size());
    if (cost >= least) continue;
    least = cost;
    best = static_cast<Scheme>(record[0]);
  }
  return best;
}

TEST(Auto, TakesWhatEncodingWithAllThreeWouldShow) {
  std::map<Scheme, int> taken;
  for (std::uint64_t item = 0; item < 300; ++item) {
    Sequence sequence(Stream(8, {}), item);
    const std::size_t rows = 1 + sequence.below(40);
    const std::size_t columns = 1 + sequence.below(400);
    const double spread = 4 * sequence.uniform_double();
    Values values(rows * columns);
    for (std::size_t r = 0; r < rows; ++r) {
      const double scale = std::exp(spread * sequence.normal());
      for (std::size_t c = 0; c < columns; ++c)
        values[r * columns + c] = static_cast<float>(scale * sequence.normal());
    }
    const Matrix matrix = matrix_of(values, rows);
    const int bits = 2 + static_cast<int>(sequence.below(7));
    const Scheme scheme = chosen(matrix, bits);
    EXPECT_EQ(scheme, chosen_by_encoding(matrix, bits)) << item;
    ++taken[scheme];
  }
  for (const Scheme scheme : {Scheme::kPtq, Scheme::kPsq, Scheme::kBhq}) EXPECT_GT(taken[scheme], 20);
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
