#include "simulator/sweep/sweep_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace covey::simulator {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

RunResult result() {
  RunResult result;
  result.summary.accuracy = 0.9125;
  result.summary.bytes_up = 1000000;
  result.summary.bytes_down = 500000;
  result.summary.seconds = 65;
  return result;
}

std::string shown(SweepProgress::Mode mode) {
  ::testing::internal::CaptureStdout();
  SweepProgress progress(mode, {1, 1, 1, 1});
  progress.skip(0);
  progress.set_running(2);
  progress.show();
  progress.done(1, "a=1 seed=1", result());
  progress.failed(2, "a=2 seed=1", "diverged");
  progress.set_running(0);
  progress.show();
  progress.finish();
  return ::testing::internal::GetCapturedStdout();
}

TEST(SweepProgress, WritesALineOfEveryRunThatEnds) {
  const std::string text = shown(SweepProgress::Mode::kLines);
  EXPECT_THAT(text, StartsWith("2/4  a=1 seed=1  accuracy 91.25 %  sent 1.5 MB  in 1:05"));
  EXPECT_THAT(text, HasSubstr("3/4  a=2 seed=1  FAILED: diverged"));
}

TEST(SweepProgress, ShowsTheWholeSweepOnATerminal) {
  const std::string text = shown(SweepProgress::Mode::kTerminal);
  EXPECT_THAT(text, HasSubstr("1/4 done, 2 running, 0 failed, left ?"));
  EXPECT_THAT(text, HasSubstr("2/4 done, 0 running, 1 failed, left 0:00"));
}

TEST(SweepProgress, QuietIsQuiet) {
  EXPECT_EQ(shown(SweepProgress::Mode::kQuiet), "");
}

}  // namespace
}  // namespace covey::simulator
