// The affine per-tensor codec: golden vectors of the reference, its statistics against their closed form, and
// the inputs at which floating point bites. All draws are keyed, so the statistical tests cannot fail by
// chance.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "common/quant/container.h"
#include "tests/support/models.h"
#include "tests/support/npy.h"

namespace covey::quant {
namespace {

using testing::encode;
using testing::layout_of;
using testing::parameter;

constexpr float kFloatMax = std::numeric_limits<float>::max();
constexpr float kFloatMin = std::numeric_limits<float>::denorm_min();
const StreamId kStream{Purpose::kUploadCodec, 0, 0, 0};

Values golden(const std::string& name) {
  return testing::read_npy(std::string(COVEY_SOURCE_DIR) + "/tests/golden/quant/" + name + ".npy");
}

Layout one_tensor(std::size_t count) {
  return layout_of({parameter("g", {1, static_cast<std::uint32_t>(count)})});
}

Values through_ptq(const Values& values, int bits, const CodecDraws& draws = {}) {
  const Layout layout = one_tensor(values.size());
  const Bytes bytes = encode("ptq", bits, layout, values, draws);
  const auto view = ContainerView::parse(bytes, layout);
  EXPECT_TRUE(view.ok()) << view.status().message();
  return view->decode();
}

double range_of(const Values& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return static_cast<double>(*high) - static_cast<double>(*low);
}

// Variance of every element under stochastic rounding: p (1 - p) / s^2 with p the fraction of s (x - z).
std::vector<double> exact_variances(const Values& values, int bits) {
  const double scale = ((1 << bits) - 1) / range_of(values);
  const double low = static_cast<double>(*std::min_element(values.begin(), values.end()));
  std::vector<double> variances;
  for (const float value : values) {
    const double position = scale * (static_cast<double>(value) - low);
    const double fraction = position - std::floor(position);
    variances.push_back(fraction * (1 - fraction) / (scale * scale));
  }
  return variances;
}

double sum(const std::vector<double>& values) {
  double total = 0;
  for (const double value : values) total += value;
  return total;
}

TEST(PtqNearest, ReproducesTheReferenceAtFourBits) {
  for (const std::string name : {"g_outlier_32x64", "g_homog_32x64"}) {
    const Values input = golden(name);
    const Values expected = golden(name + "_PTQ_affine_b4_nearest");
    const Values decoded = through_ptq(input, 4);
    ASSERT_EQ(decoded.size(), expected.size());
    const double tolerance = 1e-6 * range_of(input);
    for (std::size_t i = 0; i < decoded.size(); ++i)
      EXPECT_NEAR(decoded[i], expected[i], tolerance) << name << " " << i;
  }
}

TEST(PtqNearest, StaysWithinHalfAStep) {
  const Values input = golden("g_homog_32x64");
  for (int bits = 2; bits <= 8; ++bits) {
    const Values decoded = through_ptq(input, bits);
    const double step = range_of(input) / ((1 << bits) - 1);
    for (std::size_t i = 0; i < input.size(); ++i)
      EXPECT_LE(std::fabs(static_cast<double>(decoded[i]) - static_cast<double>(input[i])),
                0.5 * step * (1 + 1e-5));
  }
}

TEST(PtqNearest, IsIdempotent) {
  const Values once = through_ptq(golden("g_outlier_32x64"), 8);
  const Values twice = through_ptq(once, 8);
  for (std::size_t i = 0; i < once.size(); ++i) EXPECT_NEAR(once[i], twice[i], 1e-6);
}

// Total variances of the reference run; see tests/golden/quant/README.md.
struct GoldenVariance {
  const char* input;
  int bits;
  double total;
};
constexpr GoldenVariance kGoldenVariances[] = {
    {"g_outlier_32x64", 2, 270.2727800725412},   {"g_outlier_32x64", 4, 12.745065858962262},
    {"g_outlier_32x64", 5, 2.603209769591576},   {"g_outlier_32x64", 8, 0.04267006505397455},
    {"g_homog_32x64", 2, 0.16973094753430412},   {"g_homog_32x64", 4, 0.006869068187354824},
    {"g_homog_32x64", 5, 0.0015611257245713875}, {"g_homog_32x64", 8, 2.324226013864006e-05},
};

TEST(PtqStochastic, ExactVarianceIsThatOfTheReference) {
  for (const auto& [input, bits, total] : kGoldenVariances)
    EXPECT_NEAR(sum(exact_variances(golden(input), bits)) / total, 1, 1e-4) << input << " " << bits;
}

TEST(PtqStochastic, EmpiricalErrorIsWithinFiveStandardErrorsOfTheExactVariance) {
  constexpr int kDraws = 400;
  for (const auto& [name, bits, total] : kGoldenVariances) {
    const Values input = golden(name);
    double mean = 0;
    double mean_square = 0;
    for (std::uint64_t seed = 0; seed < kDraws; ++seed) {
      const Values decoded = through_ptq(input, bits, CodecDraws(seed, kStream));
      double error = 0;
      for (std::size_t i = 0; i < input.size(); ++i)
        error += std::pow(double{decoded[i]} - double{input[i]}, 2);
      mean += error / kDraws;
      mean_square += error * error / kDraws;
    }
    const double standard_error = std::sqrt((mean_square - mean * mean) / kDraws);
    EXPECT_NEAR(mean, sum(exact_variances(input, bits)), 5 * standard_error) << name << " " << bits;
  }
}

// M |mean error|^2 / variance has mean 1 for an unbiased code; a bias of a tenth of a step would make it 50
// and more.
TEST(PtqStochastic, IsUnbiased) {
  constexpr int kDraws = 2000;
  for (const std::string name : {"g_outlier_32x64", "g_homog_32x64"}) {
    const Values input = golden(name);
    std::vector<double> mean_error(input.size(), 0);
    for (std::uint64_t seed = 0; seed < kDraws; ++seed) {
      const Values decoded = through_ptq(input, 4, CodecDraws(seed, kStream));
      for (std::size_t i = 0; i < input.size(); ++i)
        mean_error[i] += (double{decoded[i]} - double{input[i]}) / kDraws;
    }
    const std::vector<double> variances = exact_variances(input, 4);
    const double step = range_of(input) / 15;
    double square = 0;
    for (std::size_t i = 0; i < input.size(); ++i) {
      square += mean_error[i] * mean_error[i];
      // The second term is for entries with a fraction near 0 or 1, whose errors are rare and not normal.
      EXPECT_LE(std::fabs(mean_error[i]), 6 * std::sqrt(variances[i] / kDraws) + 6 * step / kDraws) << i;
    }
    const double ratio = kDraws * square / sum(variances);
    EXPECT_GT(ratio, 0.4) << name;
    EXPECT_LT(ratio, 2.0) << name;
  }
}

TEST(PtqStochastic, NeverLeavesTheRange) {
  for (std::uint64_t item = 0; item < 300; ++item) {
    const Values input = testing::uniform_values(256, -3.7f - static_cast<float>(item), 11.3f, item);
    const auto [low, high] = std::minmax_element(input.begin(), input.end());
    for (const int bits : {2, 5, 8}) {
      const Values decoded = through_ptq(input, bits, CodecDraws(item, kStream));
      const double step = range_of(input) / ((1 << bits) - 1);
      for (std::size_t i = 0; i < input.size(); ++i) {
        EXPECT_GE(decoded[i], *low);
        EXPECT_LE(decoded[i], double{*high} + 1e-6 * range_of(input));
        EXPECT_LT(std::fabs(double{decoded[i]} - double{input[i]}), step * (1 + 1e-5));
      }
    }
  }
}

// A scale that is a rounding error too large would push the top value past the last code once in 100,000
// draws.
TEST(PtqStochastic, ScaleTimesRangeNeverExceedsTheLastCode) {
  constexpr std::size_t kScaleOffset = 44 + 16;
  for (std::uint64_t item = 0; item < 5000; ++item) {
    const Values input = testing::uniform_values(256, -1, 1, item);
    const int bits = 2 + static_cast<int>(item % 7);
    const Bytes bytes = encode("ptq", bits, one_tensor(256), input);
    float scale;
    std::memcpy(&scale, bytes.data() + kScaleOffset, sizeof(scale));
    const double top = double{scale} * range_of(input);
    const int last_code = (1 << bits) - 1;
    EXPECT_LE(top, last_code * (1 + 1e-15));
    EXPECT_GE(top, last_code * (1 - 2e-7));
  }
}

TEST(PtqStochastic, DependsOnTheTensorsNameAndTheStream) {
  const Values input = golden("g_homog_32x64");
  const auto decoded = [&](const std::string& name, const CodecDraws& draws) {
    const Layout layout = layout_of({parameter(name, {32, 64})});
    const Bytes bytes = encode("ptq", 4, layout, input, draws);
    return ContainerView::parse(bytes, layout)->decode();
  };
  const Values one = decoded("a", CodecDraws(1, kStream));
  EXPECT_EQ(one, decoded("a", CodecDraws(1, kStream)));
  EXPECT_NE(one, decoded("b", CodecDraws(1, kStream)));
  EXPECT_NE(one, decoded("a", CodecDraws(2, kStream)));
  EXPECT_NE(one, decoded("a", CodecDraws(1, {Purpose::kUploadCodec, 1, 0, 0})));
}

TEST(PtqEdges, ConstantTensorsAreExactAndCarryNoCodes) {
  for (const float value : {0.0f, -0.0f, 3.7f, -kFloatMax, kFloatMin}) {
    const Values input(1000, value);
    EXPECT_EQ(through_ptq(input, 3), input);
    EXPECT_LT(encode("ptq", 8, one_tensor(1000), input).size(), 100u);
  }
}

TEST(PtqEdges, DenormalRangesStayWithinTheRange) {
  for (const float range : {kFloatMin, 100 * kFloatMin, 1e-39f, 1e-37f, 1e-36f}) {
    Values input(256, range / 2);
    input.front() = 0;
    input.back() = range;
    for (const CodecDraws& draws : {CodecDraws(), CodecDraws(1, kStream)}) {
      for (const float value : through_ptq(input, 8, draws)) {
        EXPECT_GE(value, 0);
        EXPECT_LE(value, range * 1.01f + 0.003e-36f);  // one step of the finest grid
      }
    }
  }
}

TEST(PtqEdges, RangeBeyondTheLargestFloatDecodesToFiniteValues) {
  Values input(256, 0.0f);
  input.front() = -kFloatMax;
  input.back() = kFloatMax;
  for (int bits = 2; bits <= 8; ++bits) {
    const Values decoded = through_ptq(input, bits, CodecDraws(1, kStream));
    const double step = 2.0 * double{kFloatMax} / ((1 << bits) - 1);
    EXPECT_EQ(decoded.front(), -kFloatMax);
    EXPECT_NEAR(decoded.back() / kFloatMax, 1, 1e-5);
    for (std::size_t i = 1; i + 1 < decoded.size(); ++i) EXPECT_LT(std::fabs(double{decoded[i]}), step);
  }
}

TEST(PtqEdges, OneOutlierKeepsBothEnds) {
  Values input(300, 1e-8f);
  input[100] = 1e8f;
  const Values decoded = through_ptq(input, 8);
  EXPECT_EQ(decoded[0], 1e-8f);
  EXPECT_NEAR(decoded[100], 1e8f, 100);
}

TEST(PtqEdges, NonFiniteValuesAreRefusedByName) {
  for (const float bad : {NAN, INFINITY, -INFINITY}) {
    Values input(256, 1.0f);
    input[17] = bad;
    for (const std::string codec : {"ptq", "fp32"}) {
      const auto bytes = encode_model(**make_codec(codec, {8}), one_tensor(256), input, {});
      EXPECT_EQ(bytes.status().code(), Code::kInternal);
      EXPECT_THAT(bytes.status().message(), ::testing::HasSubstr("value 17 of tensor g is not finite"));
    }
  }
}

}  // namespace
}  // namespace covey::quant
