#include "simulator/report/write_report.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/simulator/report/support/sample_results.h"

namespace covey::simulator {
namespace {

class WriteReport : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = fs::path(::testing::TempDir()) /
           ("covey_report_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(dir_);
  }
  void TearDown() override { fs::remove_all(dir_); }

  std::set<std::string> plots() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(dir_ / "plots"))
      names.insert(entry.path().filename().string());
    return names;
  }

  fs::path dir_;
};

TEST_F(WriteReport, WritesPageTableAndPlots) {
  const Status written = write_report(testing::single_run(), dir_);
  ASSERT_TRUE(written.ok()) << written.message();
  EXPECT_TRUE(fs::exists(dir_ / "report.html"));
  EXPECT_TRUE(fs::exists(dir_ / "results.csv"));
  EXPECT_EQ(plots().count("accuracy-per-round.svg"), 1u);
  EXPECT_EQ(plots().count("partition.svg"), 1u);
}

TEST_F(WriteReport, TheSameResultsGiveTheSameBytes) {
  ASSERT_TRUE(write_report(testing::grid_sweep(), dir_).ok());
  const auto first = plots();
  const std::string page = *read_text_file(dir_ / "report.html");
  ASSERT_TRUE(write_report(testing::grid_sweep(), dir_).ok());
  EXPECT_EQ(plots(), first);
  EXPECT_EQ(*read_text_file(dir_ / "report.html"), page);
}

TEST_F(WriteReport, RemovesItsOwnStalePlotsOnly) {
  ASSERT_TRUE(write_report(testing::grid_sweep(), dir_).ok());
  ASSERT_EQ(plots().count("partition-noniid-0.4.svg"), 1u);
  ASSERT_TRUE(write_file_atomically(dir_ / "plots" / "mine.svg", as_bytes("<svg/>")).ok());
  ASSERT_TRUE(
      write_file_atomically(dir_ / "plots" / "notes.txt", as_bytes("<!-- covey-sim report -->\n")).ok());
  ASSERT_TRUE(write_report(testing::single_run(), dir_).ok());
  EXPECT_EQ(plots().count("partition-noniid-0.4.svg"), 0u);
  EXPECT_EQ(plots().count("mine.svg"), 1u);
  EXPECT_EQ(plots().count("notes.txt"), 1u);
}

TEST_F(WriteReport, WithoutAFinishedRunSaysWhy) {
  Results results = testing::single_run();
  results.runs.clear();
  results.failed = {{{}, 7, "seed 7: no such data"}};
  results.unfinished = 3;
  const Status written = write_report(results, dir_);
  EXPECT_EQ(written.code(), Code::kNotFound);
  EXPECT_EQ(written.message(),
            "no run has finished: 1 failed, 3 have not ended; the first failure: seed 7: no such data");
  EXPECT_FALSE(fs::exists(dir_));
}

TEST_F(WriteReport, NamesTheFolderThatCannotBeWritten) {
  ASSERT_TRUE(
      write_file_atomically(fs::path(::testing::TempDir()) / dir_.filename(), as_bytes("a file")).ok());
  const Status written = write_report(testing::single_run(), dir_);
  ASSERT_FALSE(written.ok());
  EXPECT_NE(written.message().find(dir_.string()), std::string::npos) << written.message();
}

}  // namespace
}  // namespace covey::simulator
