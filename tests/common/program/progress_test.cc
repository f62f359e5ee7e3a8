#include "common/program/progress.h"

#include <gtest/gtest.h>

namespace covey::program {
namespace {

RoundLine third_of_ten() {
  RoundLine line;
  line.round = 3;
  line.rounds = 10;
  line.accuracy = 0.9125;
  line.mask_rate = 0.4;
  line.smallest_class_share = 0.051;
  line.bytes = 1234567;
  line.counted = 4;
  line.drawn = 5;
  return line;
}

std::string shown(Progress::Mode mode, bool evaluated) {
  testing::internal::CaptureStdout();
  Progress progress(mode, 0);
  progress.show(third_of_ten(), evaluated);
  progress.finish();
  return testing::internal::GetCapturedStdout();
}

TEST(Progress, WritesALineOfARound) {
  EXPECT_EQ(
      progress_text(third_of_ten(), 65),
      "round 3/10  accuracy 91.2 %  mask 40.0 %  rarest class 5.1 %  members 4/5  sent 1.2 MB  left 1:05");
}

TEST(Progress, LeavesOutAnAccuracyThatNobodyMeasured) {
  RoundLine line = third_of_ten();
  line.accuracy.reset();
  EXPECT_EQ(progress_text(line, 0).find("accuracy"), std::string::npos);
}

TEST(Progress, LeavesOutGuessesThatNobodyMakes) {
  RoundLine line = third_of_ten();
  line.guesses = false;
  EXPECT_EQ(progress_text(line, 65), "round 3/10  accuracy 91.2 %  members 4/5  sent 1.2 MB  left 1:05");
}

TEST(Progress, PrintsOneLineAnEvaluatedRound) {
  const std::string text = shown(Progress::Mode::kLines, true);
  EXPECT_EQ(text.find("round 3/10"), 0u);
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  EXPECT_EQ(shown(Progress::Mode::kLines, false), "");
}

TEST(Progress, RedrawsOneRowOnATerminal) {
  const std::string text = shown(Progress::Mode::kBar, false);
  EXPECT_EQ(text.front(), '\r');
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  EXPECT_LE(text.size(), 1 + 79 + 3 + 1u);  // no terminal here, so 80 columns
}

TEST(Progress, QuietIsQuiet) {
  EXPECT_EQ(shown(Progress::Mode::kQuiet, true), "");
  EXPECT_EQ(Progress::default_mode(true), Progress::Mode::kQuiet);
}

TEST(HumanUnits, PickTheUnit) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1000), "1.0 kB");
  EXPECT_EQ(human_bytes(42000000), "42.0 MB");
  EXPECT_EQ(human_bytes(~std::uint64_t{0}), "18446744.1 TB");
  EXPECT_EQ(human_seconds(-3), "0:00");
  EXPECT_EQ(human_seconds(59.6), "1:00");
  EXPECT_EQ(human_seconds(7800), "2:10:00");
}

}  // namespace
}  // namespace covey::program
