#include "common/base/status.h"

#include <gtest/gtest.h>

namespace covey {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return invalid_argument("odd");
  return value / 2;
}

Result<int> quarter(int value) {
  COVEY_ASSIGN_OR_RETURN(const int first, half(value));
  return half(first);
}

TEST(Status, FailuresTravelUpWithContext) {
  EXPECT_EQ(*quarter(8), 2);
  EXPECT_EQ(quarter(6).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(quarter(6).status().with_context("while halving").message(), "while halving: odd");
  EXPECT_TRUE(ok_status().with_context("anything").ok());
}

TEST(StatusDeathTest, ReadingAMissingValueStops) {
  EXPECT_DEATH(*half(3), "odd");
}

}  // namespace
}  // namespace covey
