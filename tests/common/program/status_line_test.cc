#include "common/program/status_line.h"

#include <gtest/gtest.h>

namespace covey::program {
namespace {

TEST(Bar, IsFilledByItsShare) {
  EXPECT_EQ(bar(0, 4), "[....]");
  EXPECT_EQ(bar(0.75, 4), "[###.]");
  EXPECT_EQ(bar(1, 4), "[####]");
  EXPECT_EQ(bar(1.25, 4), "[####]");
  EXPECT_EQ(bar(-1, 2), "[..]");
}

std::string shown(bool terminal) {
  ::testing::internal::CaptureStdout();
  StatusLine line(terminal);
  line.show("1 of 2");
  line.print("run 1 is done");
  line.show("2 of 2");
  line.finish();
  return ::testing::internal::GetCapturedStdout();
}

TEST(StatusLine, StaysBelowLastingLinesOnATerminal) {
  EXPECT_EQ(shown(true), "\r1 of 2\033[K\rrun 1 is done\033[K\n\r1 of 2\033[K\r2 of 2\033[K\n");
}

TEST(StatusLine, LeavesOnlyLastingLinesElsewhere) {
  EXPECT_EQ(shown(false), "run 1 is done\n");
}

}  // namespace
}  // namespace covey::program
