#include "common/program/wakeup.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <thread>

namespace covey::program {
namespace {

bool readable(int descriptor) {
  pollfd waiting{descriptor, POLLIN, 0};
  return ::poll(&waiting, 1, 0) == 1;
}

TEST(Wakeup, IsReadableFromSignalToClear) {
  Wakeup wakeup;
  EXPECT_FALSE(readable(wakeup.descriptor()));
  wakeup.clear();  // without a signal: nothing happens
  wakeup.signal();
  wakeup.signal();
  EXPECT_TRUE(readable(wakeup.descriptor()));
  wakeup.clear();
  EXPECT_FALSE(readable(wakeup.descriptor()));
}

TEST(Wakeup, EndsAWaitFromAnotherThread) {
  Wakeup wakeup;
  std::thread other([&] { wakeup.signal(); });
  wait_readable({wakeup.descriptor()}, 60);
  EXPECT_TRUE(readable(wakeup.descriptor()));
  other.join();
}

TEST(WaitReadable, ReturnsAtOnceWithoutTime) {
  Wakeup wakeup;
  wait_readable({wakeup.descriptor()}, 0);
  wait_readable({wakeup.descriptor()}, -1);
  EXPECT_FALSE(readable(wakeup.descriptor()));
}

}  // namespace
}  // namespace covey::program
