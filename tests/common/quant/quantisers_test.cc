// What holds for every quantiser: statistics of its rounding against their closed form, inputs at which
// floating point bites, and records of a hostile sender. All draws are keyed, so the statistical tests cannot
// fail by chance.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "common/quant/container.h"
#include "tests/common/quant/quantiser.h"

namespace covey::quant {
namespace {

using testing::decode;
using testing::encode_record;
using testing::golden;
using testing::kCoders;
using testing::kQuantisers;
using testing::kStream;
using testing::matrix_of;
using testing::quantiser;
using testing::read_record;
using testing::squared_error;
using testing::tensor_of;
using testing::through;

constexpr float kFloatMax = std::numeric_limits<float>::max();
constexpr float kFloatMin = std::numeric_limits<float>::denorm_min();

std::string test_name(std::string codec) {
  std::replace(codec.begin(), codec.end(), '-', '_');
  return codec;
}

// ---- statistics

struct Case {
  std::string codec;
  std::string input;
  int bits;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const std::string& codec : kQuantisers) {
    for (const std::string input : {"g_outlier_32x64", "g_homog_32x64"})
      for (const int bits : {2, 4, 5, 8}) all.push_back({codec, input, bits});
  }
  return all;
}

class QuantiserStatistics : public ::testing::TestWithParam<Case> {};

// M |mean error|^2 / variance has mean 1 for an unbiased code; a bias of a tenth of a step would make it 50
// and more. Codes that few values share between them have wide limits.
TEST_P(QuantiserStatistics, AreThoseOfTheClosedForm) {
  constexpr int kDraws = 2000;
  const auto& [name, input, bits] = GetParam();
  const Values values = golden(input);
  const Matrix matrix = matrix_of(values, 32);
  const auto codec = quantiser(name, bits);
  std::vector<double> mean_error(values.size(), 0);
  double mean = 0;
  double mean_square = 0;
  for (std::uint64_t seed = 0; seed < kDraws; ++seed) {
    const Values decoded = through(*codec, matrix, CodecDraws(seed, kStream));
    for (std::size_t i = 0; i < values.size(); ++i)
      mean_error[i] += (double{decoded[i]} - double{values[i]}) / kDraws;
    const double error = squared_error(decoded, values);
    mean += error / kDraws;
    mean_square += error * error / kDraws;
  }
  const double exact = codec->exact_variance(matrix);
  const double standard_error = std::sqrt((mean_square - mean * mean) / kDraws);
  EXPECT_NEAR(mean, exact, 5 * standard_error);
  EXPECT_LE(mean, codec->worst_case_bound(matrix));
  double square = 0;
  for (const double error : mean_error) square += error * error;
  EXPECT_GT(kDraws * square / exact, 0.4);
  EXPECT_LT(kDraws * square / exact, 2.0);
}

INSTANTIATE_TEST_SUITE_P(All, QuantiserStatistics, ::testing::ValuesIn(cases()), [](const auto& instance) {
  const Case& c = instance.param;
  return test_name(c.codec) + "_" + c.input + "_" + std::to_string(c.bits);
});

class EveryQuantiser : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(All, EveryQuantiser, ::testing::ValuesIn(kCoders),
                         [](const auto& instance) { return test_name(instance.param); });

TEST_P(EveryQuantiser, HasNoVarianceAboveItsBound) {
  for (const std::string input : {"g_outlier_32x64", "g_homog_32x64"}) {
    const Values values = golden(input);
    for (int bits = 2; bits <= 8; ++bits) {
      const auto codec = quantiser(GetParam(), bits);
      EXPECT_LE(codec->exact_variance(matrix_of(values, 32)), codec->worst_case_bound(matrix_of(values, 32)));
    }
  }
}

// Were a code biased, or two senders' draws alike, more senders would help less.
TEST_P(EveryQuantiser, ErrsASixtyFourthAsMuchInTheMeanOfSixtyFourSenders) {
  constexpr int kSenders = 64;
  const Values values = golden("g_homog_32x64");
  const auto codec = quantiser(GetParam(), 4);
  std::vector<double> sums(values.size(), 0);
  double error = 0;
  for (std::uint32_t sender = 0; sender < kSenders; ++sender) {
    const StreamId stream{Purpose::kUploadCodec, 0, 0, sender};
    const Values decoded = through(*codec, matrix_of(values, 32), CodecDraws(1, stream));
    for (std::size_t i = 0; i < values.size(); ++i) sums[i] += double{decoded[i]};
    error += squared_error(decoded, values) / kSenders;
  }
  double error_of_mean = 0;
  for (std::size_t i = 0; i < values.size(); ++i)
    error_of_mean += std::pow(sums[i] / kSenders - double{values[i]}, 2);
  EXPECT_NEAR(kSenders * error_of_mean / error, 1, 0.1);
}

TEST(QuantiserBounds, FollowTheWidth) {
  const Values values = golden("g_outlier_32x64");
  for (const std::string name : {"ptq", "psq", "bhq", "group"}) {
    for (int bits = 2; bits < 8; ++bits) {
      const double ratio = std::pow(double((2 << bits) - 1) / ((1 << bits) - 1), 2);
      EXPECT_NEAR(quantiser(name, bits)->worst_case_bound(matrix_of(values, 32)) /
                      quantiser(name, bits + 1)->worst_case_bound(matrix_of(values, 32)) / ratio,
                  1, 1e-6)
          << name << " " << bits;
    }
  }
}

TEST(QuantiserBounds, AreOrderedWhereRowsDiffer) {
  const Values values = golden("g_outlier_32x64");
  for (int bits = 2; bits <= 8; ++bits) {
    const auto bound = [&](const std::string& name) {
      return quantiser(name, bits)->worst_case_bound(matrix_of(values, 32));
    };
    EXPECT_LT(bound("bhq"), bound("psq"));
    EXPECT_LT(bound("psq"), bound("group"));
    EXPECT_LT(bound("group"), bound("ptq"));
  }
}

// ---- round trips

// No value errs by more. No step is longer than 5 / 1 (sym at 2 bits, whose codes reach from -3 to 3), BHQ
// and EDEN mix values, and a step of QSGD is a part of the norm.
float largest_error(const std::string& codec, int bits, Span<const float> values) {
  const auto levels = static_cast<float>((1 << (bits - 1)) - 1);
  if (codec == "bhq" || codec == "eden") return 15 / levels;
  return (codec == "qsgd" ? 1.001f * testing::norm(values) : 6.0f) / levels;
}

TEST_P(EveryQuantiser, RoundTripsEveryWidthThroughAContainer) {
  for (int bits = 2; bits <= 8; ++bits) {
    for (const std::vector<std::uint32_t>& shape :
         {std::vector<std::uint32_t>{7, 64}, {3, 5, 3, 31}, {1, 4097}, {13, 700}, {40, 11}, {300, 1}}) {
      const Layout layout = covey::testing::layout_of({covey::testing::parameter("w", shape)});
      const Values values = covey::testing::uniform_values(layout.value_count(), -2, 3, 1);
      for (const CodecDraws& draws : {CodecDraws(), CodecDraws(5, kStream)}) {
        const Bytes bytes = *encode_model(*quantiser(GetParam(), bits), layout, values, draws);
        EXPECT_LE(bytes.size(), container_bytes_max(layout));
        const auto view = ContainerView::parse(bytes, layout);
        ASSERT_TRUE(view.ok()) << view.status().message();
        const Values decoded = view->decode();
        ASSERT_EQ(decoded.size(), values.size());
        const float error = largest_error(GetParam(), bits, values);
        for (std::size_t i = 0; i < values.size(); ++i) ASSERT_NEAR(decoded[i], values[i], error) << i;
        EXPECT_EQ(bytes, *encode_model(*quantiser(GetParam(), bits), layout, values, draws));
      }
    }
  }
}

// ---- edges

struct Edge {
  std::string name;
  std::size_t rows;
  Values values;
};

Values filled(std::size_t count, float (*value)(std::size_t i)) {
  Values values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = value(i);
  return values;
}

std::vector<Edge> edges() {
  std::vector<Edge> all;
  all.push_back({"zeros", 8, Values(64, 0.0f)});
  all.push_back({"one value", 8, Values(64, 3.7f)});
  all.push_back({"constant rows", 8, filled(64, [](std::size_t i) { return float(i / 8) - 3.3f; })});
  all.push_back({"constant rows but one", 8,
                 filled(64, [](std::size_t i) { return i < 8 ? float(i) : float(i / 8); })});
  all.push_back({"one row", 1, covey::testing::uniform_values(300, -1, 2, 1)});
  all.push_back({"two rows", 2, covey::testing::uniform_values(300, -1, 2, 2)});
  all.push_back({"three rows", 3, covey::testing::uniform_values(300, -1, 2, 3)});
  all.push_back({"one column", 300, covey::testing::uniform_values(300, -1, 2, 4)});
  all.push_back({"one value alone", 1, {1.5f}});
  all.push_back({"positive", 8, covey::testing::uniform_values(256, 5, 6, 5)});
  all.push_back({"negative", 8, covey::testing::uniform_values(256, -6, -5, 6)});
  all.push_back({"denormal", 8, filled(64, [](std::size_t i) { return float(i % 7) * kFloatMin; })});
  all.push_back({"small", 8, filled(64, [](std::size_t i) { return float(i % 11) * 1e-37f; })});
  all.push_back({"huge", 8, filled(64, [](std::size_t i) {
                   return (i % 3 == 0 ? -1.0f : 1.0f) * kFloatMax / float(1 + i % 2);
                 })});
  all.push_back({"huge and equal", 64, filled(4096, [](std::size_t i) {
                   return i % 64 == 0 ? kFloatMax : kFloatMax * (1 - 1e-6f);
                 })});
  all.push_back({"huge beside denormal", 8, filled(64, [](std::size_t i) {
                   return i < 8 ? (float(i) / 8 - 0.5f) * kFloatMax : float(i) * kFloatMin;
                 })});
  return all;
}

// One draw errs by less than a step everywhere, so its squared error is below 4 bounds; Householder's inverse
// can add the errors of all rows of a group up.
TEST_P(EveryQuantiser, DecodesEdgesToFiniteValuesWithinItsBound) {
  for (const Edge& edge : edges()) {
    const Matrix matrix = matrix_of(edge.values, edge.rows);
    for (int bits = 2; bits <= 8; ++bits) {
      const auto codec = quantiser(GetParam(), bits);
      const double bound = codec->worst_case_bound(matrix);
      EXPECT_TRUE(std::isfinite(bound) && bound >= 0) << edge.name;
      EXPECT_LE(codec->exact_variance(matrix), bound * (1 + 1e-9)) << edge.name;
      for (const CodecDraws& draws : {CodecDraws(), CodecDraws(1, kStream)}) {
        const Values decoded = through(*codec, matrix, draws);
        double slack = 0;  // of rounding to fp32, denormal or not
        for (const float value : edge.values)
          slack += std::pow(1e-6 * double{value}, 2) + std::pow(double{kFloatMin}, 2);
        const double most = 4 * bound * static_cast<double>(GetParam() == "bhq" ? edge.rows : 1);
        EXPECT_LE(squared_error(decoded, edge.values), most * (1 + 1e-5) + slack) << edge.name << " " << bits;
      }
    }
  }
}

TEST_P(EveryQuantiser, KeepsZerosExactly) {
  const Values zeros(512, 0.0f);
  EXPECT_EQ(through(*quantiser(GetParam(), 2), matrix_of(zeros, 8), CodecDraws(1, kStream)), zeros);
}

// ---- hostile records

// 16 x 17 values, so that codes end inside a byte.
Bytes some_record(const std::string& codec, const CodecDraws& draws = {}) {
  const Values values = covey::testing::uniform_values(16 * 17, -1, 1, 4);
  return encode_record(*quantiser(codec, 3), matrix_of(values, 16), draws);
}

TEST_P(EveryQuantiser, RefusesEveryTruncation) {
  const Bytes bytes = some_record(GetParam());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto body = read_record(ByteSpan(bytes).subspan(0, length), tensor_of(16, 17));
    EXPECT_EQ(body.status().code(), Code::kCorrupt) << length;
  }
}

TEST_P(EveryQuantiser, RefusesAnyReplacedByteOrDecodesToFiniteValuesWithinTheMagnitude) {
  const Bytes bytes = some_record(GetParam());
  for (std::size_t offset = 0; offset < bytes.size(); ++offset) {
    for (const int change : {0x01, 0x02, 0x08, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff}) {
      Bytes damaged = bytes;
      damaged[offset] = static_cast<std::uint8_t>(damaged[offset] ^ change);
      const auto body = read_record(damaged, tensor_of(16, 17));
      if (!body.ok()) continue;
      const float bound = (*body)->magnitude_bound();
      ASSERT_TRUE(std::isfinite(bound));
      for (const float value : decode(**body)) ASSERT_LE(std::fabs(value), bound) << offset << " " << change;
    }
  }
}

TEST_P(EveryQuantiser, HasAMagnitudeBoundNearItsValues) {
  const Values values = covey::testing::uniform_values(16 * 17, -1, 1, 4);
  const Bytes bytes = encode_record(*quantiser(GetParam(), 8), matrix_of(values, 16));
  const auto body = read_record(bytes, tensor_of(16, 17));
  const bool by_norm = GetParam() == "qsgd" || GetParam() == "eden";
  EXPECT_LT((*body)->magnitude_bound(), by_norm               ? 1.01f * testing::norm(values)
                                        : GetParam() == "bhq" ? 5.0f
                                                              : 1.05f);
}

}  // namespace
}  // namespace covey::quant
