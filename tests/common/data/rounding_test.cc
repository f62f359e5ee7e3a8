#include "common/data/partition/rounding.h"

#include <gtest/gtest.h>

#include <numeric>

namespace covey::data {
namespace {

using Parts = std::vector<std::size_t>;

TEST(LargestRemainder, GivesExtrasToTheLargestRemainders) {
  EXPECT_EQ(largest_remainder({1.2, 2.7, 0.1}, 4, 0), (Parts{1, 3, 0}));
  EXPECT_EQ(largest_remainder({2.0, 3.0}, 5, 1), (Parts{2, 3}));
}

TEST(LargestRemainder, TurnsTiesByTheFavouredPlace) {
  EXPECT_EQ(largest_remainder({0.5, 0.5, 0.5, 0.5}, 2, 0), (Parts{1, 1, 0, 0}));
  EXPECT_EQ(largest_remainder({0.5, 0.5, 0.5, 0.5}, 2, 3), (Parts{1, 0, 0, 1}));
}

TEST(LargestRemainder, TakesWholeNumbersThatDoublesMissByAHair) {
  const double third = 1.0 / 3.0;
  EXPECT_EQ(largest_remainder({third * 3 * 0.9999999999999999, 0.0, 2.0}, 3, 1), (Parts{1, 0, 2}));
}

TEST(LargestRemainder, StaysWithinOneOfEveryQuotaAndSumsUp) {
  for (std::size_t total = 1; total < 200; ++total) {
    std::vector<double> quotas;
    for (int i = 0; i < 7; ++i) quotas.push_back(static_cast<double>(total) * (i + 1) / 28.0);
    const Parts parts = largest_remainder(quotas, total, total % 7);
    EXPECT_EQ(std::accumulate(parts.begin(), parts.end(), std::size_t{0}), total);
    for (std::size_t i = 0; i < 7; ++i) EXPECT_LT(std::abs(static_cast<double>(parts[i]) - quotas[i]), 1.0);
  }
}

}  // namespace
}  // namespace covey::data
