#include "simulator/report/csv.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/simulator/report/support/csv_reader.h"
#include "tests/simulator/report/support/sample_results.h"

namespace covey::simulator {
namespace {

using testing::finished_run;
using testing::read_csv;
using testing::read_csv_rows;

TEST(Csv, NamesSweptKeysThenSeedThenTheOtherFieldsOfTheSummary) {
  const std::vector<std::string> header = read_csv(to_csv(testing::grid_sweep())).at(0);
  std::vector<std::string> expected = {"federation.noniid", "download.bits", "seed"};
  for (const program::SummaryField& field : program::summary_fields({})) {
    if (field.name != "seed") expected.push_back(field.name);
  }
  EXPECT_EQ(header, expected);
}

TEST(Csv, HasALineForEachFinishedRunInTheirOrder) {
  const Results results = testing::grid_sweep();
  const auto rows = read_csv_rows(to_csv(results));
  ASSERT_EQ(rows.size(), results.runs.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].at("federation.noniid"), results.runs[i].values[0]);
    EXPECT_EQ(rows[i].at("download.bits"), results.runs[i].values[1]);
    EXPECT_EQ(rows[i].at("seed"), std::to_string(results.runs[i].seed));
  }
}

TEST(Csv, NumbersReadBackAsTheSameNumbers) {
  Results results;
  for (const double value : {1.0 / 3, 0.1 + 0.2, 5e-324, 1.7976931348623157e308, 0.912345678901234567, 0.0}) {
    RunResult run = finished_run({}, 18446744073709551615u, value);
    run.summary.bytes_up = 9007199254740993u;  // one more than a double can hold
    run.summary.r_achieved = value / 3;
    results.runs.push_back(run);
  }
  const auto rows = read_csv_rows(to_csv(results));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const program::Summary& summary = results.runs[i].summary;
    EXPECT_EQ(std::strtod(rows[i].at("accuracy").c_str(), nullptr), summary.accuracy);
    EXPECT_EQ(std::strtod(rows[i].at("r_achieved").c_str(), nullptr), *summary.r_achieved);
    EXPECT_EQ(rows[i].at("bytes_up"), "9007199254740993");
    EXPECT_EQ(rows[i].at("seed"), "18446744073709551615");
  }
}

TEST(Csv, QuotesWhatWouldBreakALine) {
  const std::vector<std::string> names = {"plain", "a,b", "say \"yes\"", "two\nlines", "cr\rhere", "", "\""};
  Results results;
  results.axes = {{"section.key", names}};
  for (const std::string& name : names) results.runs.push_back(finished_run({name}, 1, 0.5));
  const std::string text = to_csv(results);
  EXPECT_NE(text.find("\"say \"\"yes\"\"\",1,"), std::string::npos) << text;
  const auto rows = read_csv_rows(text);
  ASSERT_EQ(rows.size(), names.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].at("section.key"), names[i]);
    EXPECT_EQ(rows[i].at("numeric_profile"), results.runs[i].summary.numeric_profile);
  }
}

TEST(Csv, LeavesWhatARunDoesNotHaveEmpty) {
  Results results;
  results.runs = {finished_run({}, 1, 0.5), finished_run({}, 2, 0.5)};
  results.runs[1].summary.wire_bytes_up = 12;
  const auto rows = read_csv_rows(to_csv(results));
  EXPECT_EQ(rows[0].at("wire_bytes_up"), "");
  EXPECT_EQ(rows[0].at("r_achieved"), "");
  EXPECT_EQ(rows[1].at("wire_bytes_up"), "12");
}

}  // namespace
}  // namespace covey::simulator
