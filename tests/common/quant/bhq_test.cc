// The block Householder quantiser: golden vectors and bytes, when it leaves the work to psq, and what its
// reader refuses.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/quant/codecs/bhq.h"
#include "common/quant/container.h"
#include "tests/common/quant/quantiser.h"

namespace covey::quant {
namespace {

using testing::encode_record;
using ::testing::HasSubstr;
using testing::matrix_of;
using testing::quantiser;
using testing::read_record;
using testing::tensor_of;

TEST(Bhq, ReproducesTheReferenceAtFourBits) {
  testing::expect_golden_nearest("bhq", "g_outlier_32x64", "BHQ");
  testing::expect_golden_nearest("bhq", "g_homog_32x64", "BHQ");
}

TEST(Bhq, HasTheVariancesOfTheReference) {
  testing::expect_golden_figures("bhq", "g_outlier_32x64", "BHQ");
  testing::expect_golden_figures("bhq", "g_homog_32x64", "BHQ");
}

TEST(Bhq, SpreadsOneLargeRowOverAll) {
  Values values(16 * 32, 0.0f);
  for (std::size_t j = 0; j < 32; ++j) values[j] = static_cast<float>(j);
  const Matrix matrix = matrix_of(values, 16);
  EXPECT_NEAR(
      quantiser("bhq", 4)->worst_case_bound(matrix) / quantiser("psq", 4)->worst_case_bound(matrix) * 16, 1,
      0.1);
}

TEST(Bhq, HasNoBoundForRowsThatCancel) {
  Values values(16 * 32);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 1e-3f * static_cast<float>(i % 32);
  const Matrix matrix = matrix_of(values, 16);
  EXPECT_LT(quantiser("bhq", 4)->worst_case_bound(matrix),
            1.1 * quantiser("psq", 4)->worst_case_bound(matrix));
}

const Values kFiveRows = {1, 2, 1.5f, 8, -20, 30, 0.5f, 0, -1, 3, 43, 3.5f, 0, -0.25f, 1};

Bytes small_record() {
  return encode_record(*quantiser("bhq", 4), matrix_of(kFiveRows, 5));
}

// Computed apart from this code, with dense matrices, from FORMAT.md: header, scales, offsets, order of rows,
// number of groups, sizes, ratios, codes.
TEST(Bhq, HasTheBytesOfTheFormat) {
  EXPECT_EQ(to_hex(small_record()),
            "03040002050000000300000005000000"
            "72b74e40be1778400abd3940563a1740f8c12d40"
            "c12cf4bfeeefdabf9569edbf4348703f1b0474be"
            "01000200040003000000"
            "02000000"
            "03000200"
            "c5e169407ee05a40"
            "09aff0070f1ff000");
}

TEST(Bhq, KnowsTheLengthOfItsRecords) {
  for (const std::size_t rows : {2u, 5u, 100u, 65536u}) {
    const Values values = covey::testing::uniform_values(rows * 2, -1, 1, rows);
    const Matrix matrix = matrix_of(values, rows);
    constexpr std::size_t kHeader = 4 + 2 * 4 + 4;
    EXPECT_EQ(encode_record(*quantiser("bhq", 8), matrix).size(),
              kHeader + bhq_field_bytes(matrix) + values.size())
        << rows;
  }
}

TEST(Bhq, LeavesMatricesWithoutGroupsToPsq) {
  const Values values = covey::testing::uniform_values(128, -1, 1, 1);
  const Values constant(128, 2.5f);
  const auto bhq = quantiser("bhq", 4);
  const auto psq = quantiser("psq", 4);
  for (const Matrix& matrix : {matrix_of(values, 1), matrix_of(values, 2), matrix_of(constant, 16)}) {
    EXPECT_EQ(encode_record(*bhq, matrix), encode_record(*psq, matrix));
    EXPECT_EQ(bhq->exact_variance(matrix), psq->exact_variance(matrix));
    EXPECT_EQ(bhq->worst_case_bound(matrix), psq->worst_case_bound(matrix));
  }
}

TEST(Bhq, HasWideIndicesFor65536RowsAndMore) {
  for (const std::size_t rows : {65535u, 65536u}) {
    const Values values = covey::testing::uniform_values(rows, -1, 1, 1);
    // Two equal columns per row would be constant; one row differs.
    Values pairs(2 * rows);
    for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = values[i / 2] * (i % 2 == 0 ? 1.0f : 0.5f);
    const Bytes bytes = encode_record(*quantiser("bhq", 8), matrix_of(pairs, rows));
    const auto body = read_record(bytes, tensor_of(rows, 2));
    ASSERT_TRUE(body.ok()) << body.status().message();
    const Values decoded = testing::decode(**body);
    for (std::size_t i = 0; i < pairs.size(); ++i) ASSERT_NEAR(decoded[i], pairs[i], 0.05) << i;
  }
}

class HostileBhq {
 public:
  template <typename T>
  HostileBhq& set(std::size_t offset, T value) {
    std::memcpy(bytes_.data() + offset, &value, sizeof(value));
    return *this;
  }
  std::string refusal() const { return read_record(bytes_, tensor_of(5, 3)).status().message(); }

 private:
  Bytes bytes_ = small_record();
};

constexpr std::size_t kScales = 16;
constexpr std::size_t kOffsets = kScales + 20;
constexpr std::size_t kOrder = kOffsets + 20;
constexpr std::size_t kGroupCount = kOrder + 10;
constexpr std::size_t kSizes = kGroupCount + 4;
constexpr std::size_t kRatios = kSizes + 4;

TEST(HostileBhq, WithImpossibleFieldsIsRefused) {
  using U8 = std::uint8_t;
  EXPECT_EQ(HostileBhq().refusal(), "");
  EXPECT_THAT(HostileBhq().set(1, U8{1}).refusal(), HasSubstr("BHQ has 2 to 8 bits, not 1"));
  EXPECT_THAT(HostileBhq().set(2, U8{8}).refusal(), HasSubstr("BHQ does not have flags 8"));
  EXPECT_THAT(HostileBhq().set(12, 4u).refusal(), HasSubstr("BHQ has 5 scales, not 4"));
  EXPECT_THAT(HostileBhq().set(12, 0xffffffffu).refusal(), HasSubstr("BHQ has 5 scales, not 4294967295"));
  for (const float scale : {0.0f, -1.0f, NAN, INFINITY})
    EXPECT_THAT(HostileBhq().set(kScales + 4, scale).refusal(), HasSubstr("scale 1 is not a positive"));
  for (const float offset : {NAN, INFINITY})
    EXPECT_THAT(HostileBhq().set(kOffsets + 4, offset).refusal(), HasSubstr("offset 1 is not finite"));
}

TEST(HostileBhq, WithAnOrderThatIsNoPermutationIsRefused) {
  using U16 = std::uint16_t;
  EXPECT_THAT(HostileBhq().set(kOrder, U16{5}).refusal(), HasSubstr("row 5 does not exist"));
  EXPECT_THAT(HostileBhq().set(kOrder, U16{65535}).refusal(), HasSubstr("row 65535 does not exist"));
  EXPECT_THAT(HostileBhq().set(kOrder, U16{3}).refusal(), HasSubstr("row 3 comes twice"));
}

TEST(HostileBhq, WithGroupsThatDoNotCoverItsRowsIsRefused) {
  using U16 = std::uint16_t;
  EXPECT_THAT(HostileBhq().set(kGroupCount, 0u).refusal(), HasSubstr("0 groups of 5 rows"));
  EXPECT_THAT(HostileBhq().set(kGroupCount, 6u).refusal(), HasSubstr("6 groups of 5 rows"));
  EXPECT_THAT(HostileBhq().set(kGroupCount, 0xffffffffu).refusal(), HasSubstr("4294967295 groups"));
  EXPECT_THAT(HostileBhq().set(kSizes, U16{2}).refusal(), HasSubstr("groups have 4 rows, the tensor has 5"));
  EXPECT_THAT(HostileBhq().set(kSizes, U16{65535}).refusal(), HasSubstr("groups have 65537 rows"));
  EXPECT_THAT(HostileBhq().set(kSizes, U16{0}).refusal(), HasSubstr("a group has no rows"));
}

TEST(HostileBhq, WithARatioThatNoGroupHasIsRefused) {
  for (const float ratio : {0.0f, 0.99f, -2.0f, NAN, INFINITY})
    EXPECT_THAT(HostileBhq().set(kRatios, ratio).refusal(), HasSubstr("finite number of at least 1"));
  HostileBhq one_row;
  one_row.set(kSizes, std::uint16_t{1}).set(kSizes + 2, std::uint16_t{4});
  EXPECT_THAT(one_row.refusal(), HasSubstr("a group of one row has the ratio 1"));
}

}  // namespace
}  // namespace covey::quant
