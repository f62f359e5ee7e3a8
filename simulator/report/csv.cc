#include "simulator/report/csv.h"

namespace covey::simulator {

namespace {

constexpr const char* kSeed = "seed";

std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string text = "\"";
  for (const char c : field) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

std::string line(const std::vector<std::string>& fields) {
  std::string text;
  for (std::size_t i = 0; i < fields.size(); ++i) text += (i == 0 ? "" : ",") + quoted(fields[i]);
  return text + "\n";
}

std::string header(const Results& results) {
  std::vector<std::string> names;
  for (const Axis& axis : results.axes) names.push_back(axis.key);
  names.push_back(kSeed);
  for (const program::SummaryField& field : program::summary_fields({})) {
    if (field.name != kSeed) names.push_back(field.name);
  }
  return line(names);
}

std::string row(const RunResult& run) {
  std::vector<std::string> fields = run.values;
  fields.push_back(std::to_string(run.seed));
  for (const program::SummaryField& field : program::summary_fields(run.summary)) {
    if (field.name != kSeed) fields.push_back(field.text);
  }
  return line(fields);
}

}  // namespace

std::string to_csv(const Results& results) {
  std::string text = header(results);
  for (const RunResult& run : results.runs) text += row(run);
  return text;
}

}  // namespace covey::simulator
