// The round trip without bytes is held to the codecs: same draws, same bits. What codecs are held to
// (golden vectors, variances) then holds here, too.
#include "common/quant/round_trip.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "tests/common/quant/quantiser.h"

namespace covey::quant {
namespace {

using testing::kStream;
using testing::matrix_of;
using testing::quantiser;
using testing::through;

const std::uint64_t kItem = fnv1a64("g");  // the name of the tensor that through() encodes

Values round_trip(const std::string& codec, int bits, const Matrix& matrix, const Rounding& rounding) {
  Values out(matrix.values.size());
  if (codec == "psq") round_trip_rows(GridKind::kAffine, bits, matrix, rounding, Span<float>(out));
  if (codec == "bhq") round_trip_householder(bits, matrix, rounding, Span<float>(out));
  const Matrix whole{matrix.values, 1, matrix.values.size()};
  if (codec == "ptq") round_trip_rows(GridKind::kAffine, bits, whole, rounding, Span<float>(out));
  if (codec == "ptq-zero") round_trip_rows(GridKind::kZeroAligned, bits, whole, rounding, Span<float>(out));
  return out;
}

const std::vector<std::string> kCodecs = {"ptq", "ptq-zero", "psq", "bhq"};

void expect_equal_to_codecs(const Values& values, std::size_t rows, const std::string& what) {
  const Matrix matrix = matrix_of(values, rows);
  for (const std::string& codec : kCodecs) {
    for (const int bits : {2, 3, 4, 8}) {
      for (const CodecDraws& draws : {CodecDraws(), CodecDraws(5, kStream)}) {
        EXPECT_EQ(round_trip(codec, bits, matrix, {draws, kItem, 0}),
                  through(*quantiser(codec, bits), matrix, draws))
            << what << " " << codec << " " << bits << " " << draws.stochastic();
      }
    }
  }
}

TEST(RoundTrip, IsWhatTheCodecsDecode) {
  for (const std::string input : {"g_outlier_32x64", "g_homog_32x64"})
    expect_equal_to_codecs(testing::golden(input), 32, input);
}

TEST(RoundTrip, IsWhatTheCodecsDecodeInRowsOfAnyLength) {
  for (const std::size_t columns : {1u, 3u, 10u, 257u, 1024u, 2500u}) {
    Sequence draws(Stream(3, {}), columns);
    Values values(7 * columns);
    for (float& value : values) value = static_cast<float>(draws.normal() * draws.normal());
    expect_equal_to_codecs(values, 7, std::to_string(columns));
  }
}

TEST(RoundTrip, IsWhatTheCodecsDecodeAtTheEdges) {
  constexpr float kMax = std::numeric_limits<float>::max();
  constexpr float kMin = std::numeric_limits<float>::denorm_min();
  expect_equal_to_codecs(Values(12, 0.0f), 4, "zeros");
  expect_equal_to_codecs({2, 2, 0, 0, -1, -1, 3, 3}, 4, "constant rows");
  expect_equal_to_codecs({1, 5, -3, 4}, 2, "two rows");
  expect_equal_to_codecs({1, 5, -3, 4}, 1, "one row");
  expect_equal_to_codecs({kMax, -kMax, 0, kMax, 1, -kMax, kMin, -kMin, 2}, 3, "huge");
  expect_equal_to_codecs({kMin, 0, -kMin, kMin, 0, 0, 0, kMin, 2 * kMin}, 3, "tiny");
  expect_equal_to_codecs({0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, 4, "one value");
}

TEST(RoundTrip, FindsItsWordsByItemAndPlace) {
  const Values values = testing::golden("g_homog_32x64");
  const Matrix matrix = matrix_of(values, 32);
  const CodecDraws draws(5, kStream);
  for (const std::string& codec : kCodecs) {
    const Values base = round_trip(codec, 4, matrix, {draws, kItem, 0});
    EXPECT_EQ(round_trip(codec, 4, matrix, {draws, kItem, 0}), base);
    EXPECT_NE(round_trip(codec, 4, matrix, {draws, kItem + 1, 0}), base);
    EXPECT_NE(round_trip(codec, 4, matrix, {draws, kItem, 4}), base);
    EXPECT_NE(round_trip(codec, 4, matrix, {CodecDraws(6, kStream), kItem, 0}), base);
  }
}

TEST(RoundTrip, BeginsAnywhereAmongTheWords) {
  const Values values = covey::testing::uniform_values(7 * 13, -1, 1, 3);
  const CodecDraws draws(5, kStream);
  const Values whole = round_trip("psq", 4, matrix_of(values, 7), {draws, kItem, 0});
  for (std::size_t row = 0; row < 7; ++row) {
    const Values one(values.begin() + static_cast<std::ptrdiff_t>(13 * row),
                     values.begin() + static_cast<std::ptrdiff_t>(13 * (row + 1)));
    const Values rounded = round_trip("psq", 4, matrix_of(one, 1), {draws, kItem, 13 * row});
    EXPECT_TRUE(
        std::equal(rounded.begin(), rounded.end(), whole.begin() + static_cast<std::ptrdiff_t>(13 * row)))
        << row;
  }
}

TEST(RoundTrip, WritesOverItsInputRowByRow) {
  Values values = testing::golden("g_homog_32x64");
  const Matrix matrix = matrix_of(values, 32);
  const Values expected = round_trip("psq", 4, matrix, {});
  round_trip_rows(GridKind::kAffine, 4, matrix, {}, Span<float>(values));
  EXPECT_EQ(values, expected);
}

TEST(RoundTrip, WhatIsNotFiniteStaysSo) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float odd : {kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()}) {
    const Values values = {1, 2, 3, 4, odd, 6, 7, 8, 9};
    for (const std::string& codec : kCodecs) {
      const Values out = round_trip(codec, 4, matrix_of(values, 3), {CodecDraws(5, kStream), kItem, 0});
      EXPECT_EQ(std::memcmp(out.data(), values.data(), sizeof(float) * values.size()), 0) << codec << odd;
    }
  }
}

}  // namespace
}  // namespace covey::quant
