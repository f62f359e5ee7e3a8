#include "common/average/diversity.h"

#include <gtest/gtest.h>

#include <cmath>

#include "common/base/layout.h"

namespace covey::average {
namespace {

double d_of(const std::vector<Values>& changes) {
  return gradient_diversity({changes.begin(), changes.end()});
}
double delta_of(const std::vector<Values>& changes) {
  return weight_diversity({changes.begin(), changes.end()});
}

TEST(Diversity, IsOneForEqualChanges) {
  const Values change{1, -2, 0.5f};
  EXPECT_DOUBLE_EQ(d_of({change, change, change, change}), 1);
}

TEST(Diversity, IsTheNumberOfNodesForOrthogonalChangesOfOneLength) {
  EXPECT_DOUBLE_EQ(d_of({{2, 0, 0}, {0, -2, 0}, {0, 0, 2}}), 3);
}

TEST(Diversity, BothFormsDifferByTheNumberOfNodes) {
  const std::vector<Values> changes{{1, 2, 3}, {-1, 4, 0}, {2, 2, -5}, {0, 1, 1}};
  EXPECT_DOUBLE_EQ(d_of(changes), 4 * delta_of(changes));
  // By hand: the squares sum to 14 + 17 + 33 + 2, the sum of the changes is (2, 9, -1).
  EXPECT_DOUBLE_EQ(delta_of(changes), 66.0 / 86.0);
}

TEST(Diversity, DoesNotDependOnTheScale) {
  EXPECT_DOUBLE_EQ(d_of({{1, 2}, {3, -1}}), d_of({{256, 512}, {768, -256}}));
}

TEST(Diversity, OfChangesThatCancelOutIsUndefined) {
  EXPECT_TRUE(std::isnan(d_of({{1, 2}, {-1, -2}})));
}

}  // namespace
}  // namespace covey::average
