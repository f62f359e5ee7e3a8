#include "tests/simulator/report/support/csv_reader.h"

#include <gtest/gtest.h>

namespace covey::testing {

namespace {

/// Reads the field at `at`, and leaves `at` at the comma or newline behind it.
std::string read_field(const std::string& text, std::size_t& at) {
  if (text[at] != '"') {
    const std::size_t end = std::min(text.find_first_of(",\n", at), text.size());
    std::string field = text.substr(at, end - at);
    EXPECT_EQ(field.find('"'), std::string::npos) << field;
    at = end;
    return field;
  }
  std::string field;
  for (++at; at < text.size(); ++at) {
    if (text[at] != '"') {
      field += text[at];
    } else if (at + 1 < text.size() && text[at + 1] == '"') {
      field += text[++at];
    } else {
      ++at;
      return field;
    }
  }
  ADD_FAILURE() << "a quote without its end: " << field;
  return field;
}

}  // namespace

std::vector<std::vector<std::string>> read_csv(const std::string& text) {
  std::vector<std::vector<std::string>> lines;
  std::size_t at = 0;
  while (at < text.size()) {
    lines.emplace_back();
    while (true) {
      lines.back().push_back(read_field(text, at));
      if (at >= text.size() || text[at] != ',') break;
      ++at;
    }
    EXPECT_TRUE(at < text.size() && text[at] == '\n') << "at byte " << at;
    ++at;
  }
  return lines;
}

std::vector<std::map<std::string, std::string>> read_csv_rows(const std::string& text) {
  const auto lines = read_csv(text);
  std::vector<std::map<std::string, std::string>> rows;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].size(), lines[0].size()) << "line " << i + 1;
    rows.emplace_back();
    for (std::size_t j = 0; j < std::min(lines[0].size(), lines[i].size()); ++j) {
      rows.back()[lines[0][j]] = lines[i][j];
    }
  }
  return rows;
}

}  // namespace covey::testing
