#include "common/program/stop_signal.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>

namespace covey::program {
namespace {

bool readable(int descriptor) {
  pollfd waiting{descriptor, POLLIN, 0};
  return ::poll(&waiting, 1, 0) == 1;
}

TEST(StopSignal, IsQuietWithoutASignal) {
  const StopSignal stop;
  EXPECT_FALSE(stop.requested());
  EXPECT_FALSE(readable(stop.descriptor()));
}

TEST(StopSignal, RemembersInterruptAndTermination) {
  for (const int signal_number : {SIGINT, SIGTERM}) {
    const StopSignal stop;  // a new one forgets what an earlier one saw
    EXPECT_FALSE(stop.requested());
    ASSERT_EQ(std::raise(signal_number), 0);
    EXPECT_TRUE(stop.requested());
    EXPECT_TRUE(readable(stop.descriptor()));
  }
}

TEST(StopSignalDeathTest, SecondSignalEndsTheProcess) {
  EXPECT_EXIT(
      {
        const StopSignal stop;
        std::raise(SIGINT);
        std::raise(SIGINT);
      },
      testing::ExitedWithCode(128 + SIGINT), "");
}

TEST(StopSignalDeathTest, OneAtATime) {
  const StopSignal stop;
  EXPECT_DEATH({ const StopSignal second; }, "two stop signals");
}

}  // namespace
}  // namespace covey::program
