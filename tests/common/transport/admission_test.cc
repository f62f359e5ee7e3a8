#include "common/transport/admission.h"

#include <gtest/gtest.h>

namespace covey::transport {
namespace {

TEST(RateLimit, AllowsABurstThenSoManyPerMinute) {
  RateLimit limit(2);
  EXPECT_TRUE(limit.allow(1000));
  EXPECT_TRUE(limit.allow(1000));
  EXPECT_FALSE(limit.allow(1000));
  EXPECT_FALSE(limit.allow(1029));
  EXPECT_TRUE(limit.allow(1031));
  EXPECT_FALSE(limit.allow(1032));
}

TEST(RateLimit, DoesNotSaveUpMoreThanABurst) {
  RateLimit limit(2);
  EXPECT_TRUE(limit.allow(0));
  EXPECT_TRUE(limit.allow(1e6));
  EXPECT_TRUE(limit.allow(1e6));
  EXPECT_FALSE(limit.allow(1e6));
}

}  // namespace
}  // namespace covey::transport
