#include "simulator/report/run_tables.h"

#include <functional>

#include "simulator/report/figure_makers.h"
#include "simulator/report/markup.h"
#include "simulator/report/number_text.h"
#include "simulator/report/statistics.h"

namespace covey::simulator {

namespace {

struct Column {
  const char* name;
  int decimals;
  std::function<double(const RunResult&)> value;
};

std::vector<Column> columns(const Results& results) {
  std::vector<Column> found = {
      {"final accuracy, %", 2, [](const RunResult& run) { return 100 * run.summary.accuracy; }},
      {"best accuracy, %", 2, [](const RunResult& run) { return 100 * run.summary.best_accuracy; }},
      {"up, MB", 2,
       [](const RunResult& run) { return static_cast<double>(run.summary.bytes_up) / kMegabyte; }},
      {"down, MB", 2,
       [](const RunResult& run) { return static_cast<double>(run.summary.bytes_down) / kMegabyte; }},
      {"wall clock, s", 1, [](const RunResult& run) { return run.summary.seconds; }},
  };
  if (any_simulated_time(results)) found.push_back({"simulated, h", 2, simulated_hours});
  return found;
}

std::string cell(const std::string& content) {
  return "<td>" + content + "</td>";
}

std::string number_cell(const std::string& content) {
  return "<td class=\"number\">" + content + "</td>";
}

std::string mean_cell(const std::vector<const RunResult*>& runs, const Column& column) {
  std::vector<double> values;
  for (const RunResult* run : runs) values.push_back(column.value(*run));
  const Sample sample = summarise(values);
  std::string text = fixed_text(sample.mean, column.decimals);
  if (sample.count > 1) text += " ± " + fixed_text(sample.sd, column.decimals);
  return number_cell(text);
}

std::string header(const std::vector<std::string>& names, const std::vector<Column>& numbers) {
  std::string html = "<thead><tr>";
  for (const std::string& name : names) html += "<th>" + escape_markup(name) + "</th>";
  for (const Column& column : numbers) html += "<th class=\"number\">" + std::string(column.name) + "</th>";
  return html + "</tr></thead>\n";
}

std::string table(const std::string& head, const std::string& rows) {
  return "<div class=\"table\"><table>\n" + head + "<tbody>\n" + rows + "</tbody></table></div>\n";
}

std::string value_cells(const std::vector<std::string>& values) {
  std::string html;
  for (const std::string& value : values) html += cell(escape_markup(value));
  return html;
}

std::string seed_list(const std::vector<const RunResult*>& runs) {
  std::string seeds;
  for (const RunResult* run : runs) seeds += (seeds.empty() ? "" : ", ") + std::to_string(run->seed);
  return seeds;
}

std::string setting_row(const RunGroup& setting, const std::vector<Column>& shown) {
  std::string html = "<tr>" + value_cells(setting.runs.front()->values) + cell(seed_list(setting.runs));
  for (const Column& column : shown) html += mean_cell(setting.runs, column);
  return html + "</tr>\n";
}

std::vector<std::string> key_names(const Results& results) {
  std::vector<std::string> names;
  for (const Axis& axis : results.axes) names.push_back(axis.key);
  return names;
}

std::string summary_table(const RunResult& run) {
  std::string rows;
  for (const program::SummaryField& field : program::summary_fields(run.summary)) {
    if (field.text.empty()) continue;
    rows += "<tr>" + cell(escape_markup(field.name)) + cell(escape_markup(field.text)) + "</tr>\n";
  }
  return "<details><summary>All fields of summary.json</summary>\n" + table("", rows) + "</details>\n";
}

}  // namespace

std::string counts_sentence(const Results& results) {
  std::string text =
      std::to_string(results.runs.size()) + (results.runs.size() == 1 ? " run" : " runs") + " finished";
  if (!results.failed.empty()) text += ", " + std::to_string(results.failed.size()) + " failed";
  if (results.unfinished > 0) {
    text += ", " + std::to_string(results.unfinished) + (results.unfinished == 1 ? " has" : " have") +
            " not ended";
  }
  return text + ".";
}

std::string run_table(const Results& results) {
  const std::vector<Column> shown = columns(results);
  std::vector<std::string> names = key_names(results);
  names.push_back("seeds");
  std::string rows;
  for (const RunGroup& setting : group_runs(all_runs(results), drawn_axes(results))) {
    rows += setting_row(setting, shown);
  }
  std::string html = table(header(names, shown), rows);
  if (results.runs.size() == 1) html += summary_table(results.runs.front());
  return html;
}

std::string failed_table(const Results& results) {
  if (results.failed.empty()) return "";
  std::vector<std::string> names = key_names(results);
  names.insert(names.end(), {"seed", "reason"});
  std::string rows;
  for (const FailedRun& run : results.failed) {
    rows += "<tr>" + value_cells(run.values) + cell(std::to_string(run.seed)) +
            cell(escape_markup(run.reason)) + "</tr>\n";
  }
  return "<h3>Failed runs</h3>\n" + table(header(names, {}), rows);
}

}  // namespace covey::simulator
