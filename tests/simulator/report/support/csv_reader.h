#pragma once

#include <map>
#include <string>
#include <vector>

namespace covey::testing {

/// Lines of fields, by RFC 4180. Fails the test on broken quoting.
std::vector<std::vector<std::string>> read_csv(const std::string& text);

/// The lines behind the first, each by the names in the first.
std::vector<std::map<std::string, std::string>> read_csv_rows(const std::string& text);

}  // namespace covey::testing
