// Rotated blocks: golden bytes, errors that do not depend on what a tensor looks like, and what the reader
// refuses. All draws are keyed, so the statistical tests cannot fail by chance.

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
using testing::quantiser;
using testing::read_record;
using testing::squared_error;
using testing::tensor_of;
using testing::through;

const Values kSmall = {0, 1, 2, 3, -4, 2};

Bytes small_record() {
  return encode_record(*quantiser("eden", 2), matrix_of(kSmall, 3));
}

// Computed apart from this code, with dense matrices, from FORMAT.md: header, scale, key of the rotation (FNV
// of the tensor's name), 64 codes.
TEST(Eden, HasTheBytesOfTheFormat) {
  EXPECT_EQ(to_hex(small_record()),
            "08020002"
            "0300000002000000"
            "01000000"
            "54dc513f"
            "26e901864cda63af"
            "5f0a55aaaa55a0f50a9faa55227705ef");
  const Values expected = {0.4990312913549808f, 1.0019584661257583f,  1.8378090130853761f,
                           3.5555531741376134f, -3.7489322772143305f, 1.8300172462537827f};
  const Bytes bytes = small_record();
  const Values decoded = testing::decode(**read_record(bytes, tensor_of(3, 2)));
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(decoded[i], expected[i], 1e-6);
}

TEST(Eden, CutsTensorsIntoBlocksThatArePowersOfTwo) {
  const auto record_bytes = [](std::size_t count) {
    const Values values = covey::testing::uniform_values(count, -1, 1, 1);
    return encode_record(*quantiser("eden", 8), matrix_of(values, 1)).size();
  };
  constexpr std::size_t kFixed = 16 + 8;  // header and key
  EXPECT_EQ(record_bytes(1), kFixed + 4 + 64);
  EXPECT_EQ(record_bytes(64), kFixed + 4 + 64);
  EXPECT_EQ(record_bytes(65), kFixed + 2 * 4 + 2 * 64);
  EXPECT_EQ(record_bytes(2048 + 256 + 64), kFixed + 3 * 4 + 2048 + 256 + 64);
  EXPECT_EQ(record_bytes(2 * 4096 + 100), kFixed + 4 * 4 + 2 * 4096 + 2 * 64);
}

constexpr int kDraws = 2000;

struct Statistics {
  double error = 0;  // mean of the squared errors
  Values mean;
};

Statistics statistics_of(const Values& values, int bits) {
  Statistics found;
  std::vector<double> sums(values.size(), 0);
  for (std::uint64_t seed = 0; seed < kDraws; ++seed) {
    const Values decoded =
        through(*quantiser("eden", bits), matrix_of(values, 32), CodecDraws(seed, kStream));
    for (std::size_t i = 0; i < values.size(); ++i) sums[i] += double{decoded[i]};
    found.error += squared_error(decoded, values) / kDraws;
  }
  for (const double sum : sums) found.mean.push_back(static_cast<float>(sum / kDraws));
  return found;
}

// As for other codecs, M |mean error|^2 / variance has mean 1. The closed form is the limit of large blocks.
TEST(Eden, IsUnbiasedAndErrsByItsClosedFormWhateverTheTensorLooksLike) {
  Values one_value(2048, 0.0f);
  one_value[77] = 3;
  Values two_values = one_value;
  two_values[1900] = 0.5f;
  const Values outliers = golden("g_outlier_32x64");
  const Values alike = golden("g_homog_32x64");
  for (const int bits : {2, 8}) {
    for (const Values& values : {outliers, alike, one_value, two_values}) {
      const double exact = quantiser("eden", bits)->exact_variance(matrix_of(values, 32));
      const Statistics found = statistics_of(values, bits);
      EXPECT_LT(found.error / exact, 1.03) << bits;
      EXPECT_GT(found.error / exact, 0.85) << bits;  // one value becomes a lattice, which codes fit better
      const double ratio = kDraws * squared_error(found.mean, values) / exact;
      EXPECT_GT(ratio, 0.4) << bits;
      EXPECT_LT(ratio, 2.0) << bits;
    }
  }
}

TEST(Eden, RotatesByTheNameWithoutDraws) {
  const Values values = golden("g_homog_32x64");
  const auto codec = quantiser("eden", 4);
  const auto record = [&](const std::string& name, const CodecDraws& draws) {
    TensorSpec tensor = tensor_of(32, 64);
    tensor.name = name;
    ByteWriter out;
    codec->encode(tensor, values, draws, out);
    return out.take();
  };
  EXPECT_EQ(record("a", {}), record("a", {}));
  EXPECT_NE(record("a", {}), record("b", {}));
  EXPECT_EQ(record("a", CodecDraws(1, kStream)), record("a", CodecDraws(1, kStream)));
  EXPECT_NE(record("a", CodecDraws(1, kStream)), record("a", CodecDraws(2, kStream)));
  EXPECT_NE(record("a", CodecDraws(1, kStream)), record("b", CodecDraws(1, kStream)));
}

TEST(Eden, RefusesWhatItsEncoderDoesNotWrite) {
  const Bytes bytes = small_record();
  const auto refusal = [&](std::size_t offset, auto value) {
    Bytes damaged = bytes;
    std::memcpy(damaged.data() + offset, &value, sizeof(value));
    return read_record(damaged, tensor_of(3, 2)).status().message();
  };
  EXPECT_EQ(refusal(20, std::uint64_t{1}), "");  // any rotation will do
  EXPECT_THAT(refusal(1, std::uint8_t{1}), HasSubstr("EDEN has 2 to 8 bits, not 1"));
  EXPECT_THAT(refusal(1, std::uint8_t{3}), HasSubstr("codes needs 24 bytes, 16 are left"));
  EXPECT_THAT(refusal(2, std::uint8_t{8}), HasSubstr("EDEN does not have flags 8"));
  for (const std::uint32_t count : {0u, 2u, 0xffffffffu})
    EXPECT_THAT(refusal(12, count), HasSubstr("EDEN has 1 scales for this tensor, not "));
  for (const float scale : {-1.0f, -0.0f, NAN, INFINITY})
    EXPECT_THAT(refusal(16, scale), HasSubstr("scale 0 is not a finite number of at least 0"));
}

}  // namespace
}  // namespace covey::quant
