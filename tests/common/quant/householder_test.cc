// The block Householder transform against the reference's groups and matrices.

#include "common/quant/householder.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/common/quant/quantiser.h"

namespace covey::quant {
namespace {

using testing::golden;
using testing::matrix_of;

using Dense = std::vector<std::vector<double>>;

// The k x k matrices of a group, from what Reflection does with unit vectors.
struct GroupMatrices {
  Dense forward;  // X to Y
  Dense inverse;
};

GroupMatrices dense(const HouseholderGroup& group) {
  const std::size_t k = group.size;
  Dense q(k, std::vector<double>(k, 0));
  for (std::size_t i = 0; i < k; ++i) q[i][i] = 1;
  Reflection reflection(k, k);
  for (std::size_t i = 0; i < k; ++i) reflection.add(i, q[i]);
  for (std::size_t i = 0; i < k; ++i) reflection.reflect(i, Span<double>(q[i]));
  GroupMatrices matrices{q, q};
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j < k; ++j) {
      matrices.forward[i][j] /= row_factor(group, j);
      matrices.inverse[i][j] *= row_factor(group, i);
    }
  }
  return matrices;
}

HouseholderPlan golden_plan(const std::string& input) {
  const Values values = golden(input);
  return plan_householder(matrix_of(values, 32));
}

constexpr const char* kInputs[] = {"g_outlier_32x64", "g_homog_32x64"};

TEST(Householder, HasTheGroupsOfTheReference) {
  for (const std::string input : kInputs) {
    const HouseholderPlan plan = golden_plan(input);
    std::vector<std::vector<std::uint32_t>> rows;
    std::size_t first = 0;
    for (const HouseholderGroup& group : plan.groups) {
      const auto begin = plan.order.begin() + static_cast<std::ptrdiff_t>(first);
      rows.emplace_back(begin, begin + group.size);
      first += group.size;
    }
    const nlohmann::json figures = testing::golden_figures("gradient_figures");
    const auto expected = figures.at(input).at("groups").get<std::vector<std::vector<std::uint32_t>>>();
    EXPECT_EQ(rows, expected) << input;
  }
}

// Up to one factor per group: scales of rows follow the transform.
TEST(Householder, IsTheMatrixOfTheReference) {
  for (const std::string input : kInputs) {
    const HouseholderPlan plan = golden_plan(input);
    const Values expected = golden(input + "_bhq_T");
    const std::uint32_t* rows = plan.order.data();
    for (const HouseholderGroup& group : plan.groups) {
      const Dense ours = dense(group).forward;
      const double factor = double{expected[rows[0] * 32 + rows[0]]} / ours[0][0];
      for (std::size_t i = 0; i < group.size; ++i) {
        for (std::size_t j = 0; j < group.size; ++j) {
          const double theirs = expected[rows[i] * 32 + rows[j]];
          EXPECT_NEAR(ours[i][j] * factor, theirs, 1e-5 * std::fabs(theirs)) << input;
        }
      }
      rows += group.size;
    }
  }
}

TEST(Householder, InverseUndoesTheTransform) {
  for (const std::uint32_t k : {1u, 2u, 3u, 4u, 5u, 21u, 100u}) {
    const HouseholderGroup group{k, k == 1 ? 1.0f : 12.3f};
    const auto [forward, inverse] = dense(group);
    for (std::size_t i = 0; i < k; ++i) {
      for (std::size_t j = 0; j < k; ++j) {
        double entry = 0;
        for (std::size_t l = 0; l < k; ++l) entry += inverse[i][l] * forward[l][j];
        EXPECT_NEAR(entry, i == j ? 1 : 0, 1e-12) << k;
      }
    }
  }
}

TEST(Householder, AmplificationIsTheSquaredLengthOfAnyColumnOfTheInverse) {
  for (const std::uint32_t k : {1u, 2u, 3u, 8u, 50u}) {
    const HouseholderGroup group{k, k == 1 ? 1.0f : 3.5f};
    const Dense inverse = dense(group).inverse;
    for (std::size_t j = 0; j < k; ++j) {
      double square = 0;
      for (std::size_t i = 0; i < k; ++i) square += inverse[i][j] * inverse[i][j];
      EXPECT_NEAR(square / amplification(group), 1, 1e-12) << k;
    }
  }
}

TEST(Householder, NoTransformedValueIsLargerThanAllValues) {
  for (const std::uint32_t k : {2u, 3u, 7u, 64u}) {
    for (const auto& row : dense({k, 1.0f}).forward) {
      double sum = 0;
      for (const double entry : row) sum += std::fabs(entry);
      EXPECT_LE(sum, 1 + 1e-12) << k;
    }
  }
}

TEST(Householder, AnyMatrixOfThreeRowsOrMoreHasGroupsThatCoverIt) {
  for (std::uint64_t item = 0; item < 400; ++item) {
    Sequence sequence(Stream(3, {}), item);
    const std::size_t rows = 3 + sequence.below(40);
    Values values(rows * 3);
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(std::exp(8 * sequence.normal())) * (i % 2 == 0 ? 1.0f : -1.0f);
    const HouseholderPlan plan = plan_householder(matrix_of(values, rows));
    std::vector<std::uint32_t> sorted = plan.order;
    std::sort(sorted.begin(), sorted.end());
    for (std::uint32_t i = 0; i < rows; ++i) ASSERT_EQ(sorted.at(i), i);
    std::size_t sum = 0;
    for (const HouseholderGroup& group : plan.groups) {
      sum += group.size;
      EXPECT_GE(group.ratio, 1);
    }
    EXPECT_EQ(sum, rows);
  }
}

TEST(Householder, EqualRowsKeepTheirOrder) {
  Values values;
  for (int i = 0; i < 6; ++i) values.insert(values.end(), {0, 1});
  const HouseholderPlan plan = plan_householder(matrix_of(values, 6));
  ASSERT_EQ(plan.groups.size(), 2u);
  EXPECT_EQ(plan.order, (std::vector<std::uint32_t>{0, 2, 3, 1, 4, 5}));
}

}  // namespace
}  // namespace covey::quant
