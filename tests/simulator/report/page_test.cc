// The page, and what a browser makes of it: the numbers that the charts hold are compared with results.csv
// and with the results that they were made of, computed here in another way.

#include "simulator/report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "simulator/report/figures.h"
#include "simulator/report/write_report.h"
#include "tests/simulator/report/support/browser.h"
#include "tests/simulator/report/support/csv_reader.h"
#include "tests/simulator/report/support/sample_results.h"

namespace covey::simulator {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string page_of(const Results& results) {
  return make_page(results, make_figures(results));
}

TEST(Page, EscapesEveryText) {
  const std::string bad = "</script></pre><script>alert(1)</script>{{title}}&\xFF";
  Results results = testing::text_sweep();
  results.title = results.experiment_toml = bad;
  results.axes[0].values[0] = bad;
  for (RunResult& run : results.runs) {
    if (run.values[0] == "grouping") run.values[0] = bad;
  }
  results.failed = {{{bad}, 1, bad}};
  const std::string page = page_of(results);
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(
      page,
      HasSubstr(
          "&lt;/script&gt;&lt;/pre&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{title}}&amp;\xEF\xBF\xBD"));
  EXPECT_THAT(page, HasSubstr("\\u003c/script>\\u003c/pre>"));
}

TEST(Page, NeedsNoOtherFile) {
  const std::string page = page_of(testing::grid_sweep());
  for (const char* part : {" src=", "href=\"http", "href=\"/", "<link", "@import", "url("}) {
    EXPECT_THAT(page.substr(0, page.find("/*!")), Not(HasSubstr(part))) << part;
  }
  EXPECT_THAT(page, HasSubstr("Chart.js v"));
}

TEST(Page, TellsWhatIsMissing) {
  Results results = testing::grid_sweep();
  results.failed = {{{"1", "8"}, 9, "the disk is full"}};
  results.unfinished = 2;
  const std::string page = page_of(results);
  EXPECT_THAT(page, HasSubstr("12 runs finished, 1 failed, 2 have not ended."));
  EXPECT_THAT(page, HasSubstr("the disk is full"));
  EXPECT_THAT(page, HasSubstr("71.95 ± 0.92"));  // R = 0, 2 bits: 71.3 and 72.6
}

// ---- in a browser

struct Expected {
  double y = 0;
  std::optional<Spread> spread;
};

/// Line -> place -> what stands there.
using Lines = std::map<std::string, std::map<double, Expected>>;

Expected mean_and_deviation(const std::vector<double>& values) {
  double sum = 0;
  double squares = 0;
  for (const double value : values) {
    sum += value;
    squares += value * value;
  }
  const auto n = static_cast<double>(values.size());
  Expected expected{sum / n, std::nullopt};
  if (values.size() < 2) return expected;
  const double deviation = std::sqrt(std::max(0.0, (squares - sum * sum / n) / (n - 1)));
  expected.spread = Spread{expected.y - deviation, expected.y + deviation};
  return expected;
}

/// What is wrong with a number of a chart; empty when nothing is.
std::string difference(const json& point, const char* name, double expected) {
  if (!point.contains(name) || !point[name].is_number()) return std::string(name) + " is missing";
  const double found = point[name].get<double>();
  if (std::abs(found - expected) <= 1e-6 * (1 + std::abs(expected))) return "";
  return std::string(name) + " is " + std::to_string(found) + ", not " + std::to_string(expected);
}

std::vector<std::string> point_differences(const json& point, const Expected& expected) {
  std::vector<std::string> found = {difference(point, "y", expected.y)};
  if (expected.spread) {
    found.push_back(difference(point, "low", expected.spread->low));
    found.push_back(difference(point, "high", expected.spread->high));
  } else if (point.contains("low")) {
    found.push_back("a spread of one run");
  }
  return found;
}

/// Categories stand at whole numbers; their points a little beside them.
double place_of(const json& point, bool categories) {
  const double x = point["x"].get<double>();
  return categories ? std::round(x) : x;
}

std::vector<std::string> series_differences(const json& series, const std::map<double, Expected>& expected,
                                            bool categories) {
  std::vector<std::string> found;
  if (series["points"].size() != expected.size()) found.push_back("the number of points");
  for (const json& point : series["points"]) {
    const double x = place_of(point, categories);
    auto wanted = expected.lower_bound(x - 1e-9);
    if (wanted == expected.end() || std::abs(wanted->first - x) > 1e-9 * (1 + std::abs(x))) {
      found.push_back("a point at " + std::to_string(x));
      continue;
    }
    for (const std::string& text : point_differences(point, wanted->second)) {
      if (!text.empty()) found.push_back("at " + std::to_string(x) + ": " + text);
    }
  }
  return found;
}

/// Everything in which a chart differs from what is expected of it.
std::vector<std::string> chart_differences(const json& charts, const std::string& id, const Lines& lines,
                                           bool categories = false) {
  for (const json& chart : charts) {
    if (chart["id"] != id) continue;
    std::vector<std::string> found;
    if (chart["outside"] != 0) found.push_back(id + ": points outside the plot");
    if (chart["series"].size() != lines.size()) found.push_back(id + ": the number of lines");
    for (const json& series : chart["series"]) {
      const auto line = lines.find(series["name"].get<std::string>());
      if (line == lines.end()) {
        found.push_back(id + ": a line " + series["name"].get<std::string>());
        continue;
      }
      for (const std::string& text : series_differences(series, line->second, categories)) {
        found.push_back(id + ", " + line->first + ", " + text);
      }
    }
    return found;
  }
  return {"no chart " + id};
}

using Row = std::map<std::string, std::string>;

/// Means of a column of results.csv, by a key on the x axis and another for the lines.
Lines lines_from_csv(const std::vector<Row>& rows, const std::string& x_key, const std::string& line_key,
                     const std::string& line_name, const std::function<double(const Row&)>& value) {
  std::map<std::string, std::map<double, std::vector<double>>> values;
  for (const Row& row : rows) {
    values[line_name + " " + row.at(line_key)][std::stod(row.at(x_key))].push_back(value(row));
  }
  Lines lines;
  for (const auto& [line, places] : values) {
    for (const auto& [x, found] : places) lines[line][x] = mean_and_deviation(found);
  }
  return lines;
}

double accuracy_in_percent(const Row& row) {
  return 100 * std::stod(row.at("accuracy"));
}
double megabytes(const Row& row) {
  return (std::stod(row.at("bytes_up")) + std::stod(row.at("bytes_down"))) / 1e6;
}
double seconds(const Row& row) {
  return std::stod(row.at("seconds"));
}

/// Means over the two seeds of the grid, round by round; `place` and `value` may be NaN for "none".
Lines lines_from_rounds(const Results& results,
                        const std::function<double(const RunResult&, std::size_t)>& place,
                        const std::function<double(const store::RoundRecord&)>& value) {
  Lines lines;
  for (const RunResult& first : results.runs) {
    if (first.seed != 1) continue;
    for (const RunResult& second : results.runs) {
      if (second.seed != 2 || second.values != first.values) continue;
      std::map<double, Expected>& line = lines["noniid " + first.values[0] + ", bits " + first.values[1]];
      for (std::size_t i = 0; i < first.rounds.size(); ++i) {
        const double a = value(first.rounds[i]);
        const double b = value(second.rounds[i]);
        if (std::isnan(a)) continue;
        line[(place(first, i) + place(second, i)) / 2] = mean_and_deviation({a, b});
      }
    }
  }
  return lines;
}

double accuracy_of(const store::RoundRecord& round) {
  return round.evaluation ? 100 * round.evaluation->accuracy : std::nan("");
}
double number_of(const RunResult&, std::size_t i) {
  return static_cast<double>(i + 1);
}
double megabytes_until(const RunResult& run, std::size_t i) {
  double sum = 0;
  for (std::size_t r = 0; r <= i; ++r) sum += static_cast<double>(run.rounds[r].figures.bytes_up) / 1e6;
  for (std::size_t r = 0; r <= i; ++r) sum += static_cast<double>(run.rounds[r].figures.bytes_down) / 1e6;
  return sum;
}
double hours_until(const RunResult& run, std::size_t i) {
  double sum = 0;
  for (std::size_t r = 0; r <= i; ++r) sum += run.rounds[r].figures.virtual_seconds / 3600;
  return sum;
}
double mask_rate_of(const store::RoundRecord& round) {
  return 100 * round.figures.mask_rate;
}
double rarest_of(const store::RoundRecord& round) {
  const auto& counts = round.figures.pseudo_labels;
  const auto sum = static_cast<double>(counts[0] + counts[1] + counts[2]);
  return 100 * static_cast<double>(std::min({counts[0], counts[1], counts[2]})) / sum;
}
double entropy_of(const store::RoundRecord& round) {
  const auto& counts = round.figures.pseudo_labels;
  const auto sum = static_cast<double>(counts[0] + counts[1] + counts[2]);
  double bits = 0;
  for (const std::uint64_t count : counts) {
    bits += static_cast<double>(count) / sum * std::log2(sum / static_cast<double>(count));
  }
  return bits;
}

class Rendered : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::has_browser()) GTEST_SKIP() << "there is no Chromium: install the Debian package chromium";
    dir_ = fs::path(::testing::TempDir()) /
           ("covey_page_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(dir_);
  }
  void TearDown() override { fs::remove_all(dir_); }

  /// Writes the report and returns what its charts hold.
  json charts_of(const Results& results) {
    const Status written = write_report(results, dir_);
    EXPECT_TRUE(written.ok()) << written.message();
    document_ = testing::rendered_page(dir_ / "report.html");
    return testing::drawn_charts(document_);
  }
  std::vector<Row> csv_rows() const { return testing::read_csv_rows(*read_text_file(dir_ / "results.csv")); }

  fs::path dir_;
  std::string document_;
};

TEST_F(Rendered, ChartsHoldTheNumbersOfTheTable) {
  const json charts = charts_of(testing::grid_sweep());
  std::vector<Row> rows = csv_rows();
  const std::string r = "federation.noniid";
  const std::string b = "download.bits";
  const auto by_r = [&](const auto& value) { return lines_from_csv(rows, r, b, "bits", value); };
  const auto by_b = [&](const auto& value) { return lines_from_csv(rows, b, r, "noniid", value); };
  EXPECT_THAT(chart_differences(charts, "final-accuracy-by-" + r, by_r(accuracy_in_percent)), IsEmpty());
  EXPECT_THAT(chart_differences(charts, "final-accuracy-by-" + b, by_b(accuracy_in_percent)), IsEmpty());
  EXPECT_THAT(chart_differences(charts, "megabytes-exchanged-by-" + r, by_r(megabytes)), IsEmpty());
  EXPECT_THAT(chart_differences(charts, "megabytes-exchanged-by-" + b, by_b(megabytes)), IsEmpty());
  EXPECT_THAT(chart_differences(charts, "seconds-by-" + r, by_r(seconds)), IsEmpty());
  EXPECT_THAT(chart_differences(charts, "seconds-by-" + b, by_b(seconds)), IsEmpty());

  // A thousandth of a per cent in one run of the table is found.
  rows[3]["accuracy"] = std::to_string(std::stod(rows[3]["accuracy"]) + 1e-5);
  EXPECT_THAT(chart_differences(charts, "final-accuracy-by-" + r, by_r(accuracy_in_percent)), SizeIs(3));
}

TEST_F(Rendered, ChartsHoldTheNumbersOfTheRounds) {
  Results results = testing::grid_sweep();
  const json charts = charts_of(results);
  const auto expect_chart = [&](const char* id, const auto& place, const auto& value) {
    EXPECT_THAT(chart_differences(charts, id, lines_from_rounds(results, place, value)), IsEmpty());
  };
  expect_chart("accuracy-per-round", number_of, accuracy_of);
  expect_chart("accuracy-per-megabyte", megabytes_until, accuracy_of);
  expect_chart("accuracy-per-simulated-hour", hours_until, accuracy_of);
  expect_chart("mask-rate-per-round", number_of, mask_rate_of);
  expect_chart("rarest-class-per-round", number_of, rarest_of);
  expect_chart("label-entropy-per-round", number_of, entropy_of);
  const auto diversity = [](std::size_t variant, bool per_node) {
    return [=](const store::RoundRecord& round) {
      const store::Diversity& measured = round.figures.diversity[variant];
      return measured.d / (per_node ? measured.nodes : 1);
    };
  };
  expect_chart("gradient-diversity-per-round-all-tensors-whole-round", number_of, diversity(0, false));
  expect_chart("gradient-diversity-per-round-all-tensors-inside-groups", number_of, diversity(1, false));
  expect_chart("gradient-diversity-per-round-classifier-whole-round", number_of, diversity(2, false));
  expect_chart("gradient-diversity-per-node-and-round-classifier-inside-groups", number_of,
               diversity(3, true));

  results.runs[5].rounds[0].figures.mask_rate += 1e-4;
  EXPECT_THAT(
      chart_differences(charts, "mask-rate-per-round", lines_from_rounds(results, number_of, mask_rate_of)),
      Not(IsEmpty()));
}

TEST_F(Rendered, CategoriesStandAtTheirPlace) {
  const json charts = charts_of(testing::text_sweep());
  std::map<std::string, std::vector<double>> values;
  for (const Row& row : csv_rows()) values[row.at("averaging.rule")].push_back(accuracy_in_percent(row));
  const Lines lines = {
      {"all runs", {{0, mean_and_deviation(values["grouping"])}, {1, mean_and_deviation(values["fedavg"])}}}};
  EXPECT_THAT(chart_differences(charts, "final-accuracy-by-averaging.rule", lines, true), IsEmpty());
  const Lines swapped = {
      {"all runs", {{1, mean_and_deviation(values["grouping"])}, {0, mean_and_deviation(values["fedavg"])}}}};
  EXPECT_THAT(chart_differences(charts, "final-accuracy-by-averaging.rule", swapped, true), Not(IsEmpty()));
}

TEST_F(Rendered, CellsHoldTheMeansOfTheTable) {
  charts_of(testing::grid_sweep());
  const std::size_t begin =
      document_.find("<figure id=\"final-accuracy-by-federation.noniid-and-download.bits\"");
  ASSERT_NE(begin, std::string::npos);
  std::string figure = document_.substr(begin, document_.find("</figure>", begin) - begin);
  std::map<std::pair<double, double>, std::vector<double>> cells;  // in the order of the drawing
  for (const Row& row : csv_rows()) {
    cells[{std::stod(row.at("federation.noniid")), std::stod(row.at("download.bits"))}].push_back(
        accuracy_in_percent(row));
  }
  const std::string mark = "data-value=\"";
  for (const auto& [place, values] : cells) {
    const std::size_t at = figure.find(mark);
    ASSERT_NE(at, std::string::npos);
    figure.erase(0, at + mark.size());
    EXPECT_NEAR(std::stod(figure), mean_and_deviation(values).y, 1e-9) << place.first << " " << place.second;
  }
  EXPECT_EQ(figure.find(mark), std::string::npos);
}

TEST_F(Rendered, GapsStayGaps) {
  Results results = testing::single_run();
  results.runs[0].rounds[2].figures.pseudo_labels = {0, 0, 0};
  for (const json& chart : charts_of(results)) {
    if (chart["id"] != "rarest-class-per-round") continue;
    const json& points = chart["series"][0]["points"];
    ASSERT_EQ(points.size(), 5u);
    EXPECT_TRUE(points[2]["y"].is_null());
    EXPECT_TRUE(points[3]["y"].is_number());
    return;
  }
  FAIL() << "no chart of the rarest class";
}

TEST_F(Rendered, EveryChartIsDrawnInsideItsAxes) {
  const Results results = testing::grid_sweep();
  const json charts = charts_of(results);
  std::size_t expected = 0;
  for (const Figure& figure : make_figures(results)) {
    expected += figure.kind == Figure::Kind::kHeatMap ? 0 : 1;
  }
  EXPECT_EQ(charts.size(), expected);
  for (const json& chart : charts) EXPECT_EQ(chart["outside"], 0) << chart["id"];
}

TEST_F(Rendered, HostileNamesAreOnlyText) {
  Results results = testing::text_sweep();
  const std::string bad = "</script><img src=x onerror=\"document.title='hit'\">";
  results.title = bad;
  for (RunResult& run : results.runs) {
    if (run.values[0] == "fedavg") run.values[0] = bad;
  }
  results.axes[0].values[1] = bad;
  const json charts = charts_of(results);
  EXPECT_TRUE(charts.is_array());
  EXPECT_THAT(document_, Not(HasSubstr("<img")));
  bool found = false;
  for (const json& chart : charts) {
    if (chart["id"] == "accuracy-per-round") found = chart["series"][1]["name"] == "rule " + bad;
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace covey::simulator
