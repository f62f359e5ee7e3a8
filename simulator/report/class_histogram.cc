#include "simulator/report/class_histogram.h"

#include <nlohmann/json.hpp>

namespace covey::simulator {

std::string to_json(const ClassHistogram& histogram) {
  nlohmann::ordered_json json;
  json["server"] = histogram.server;
  json["users"] = histogram.users;
  return json.dump() + "\n";
}

Result<ClassHistogram> parse_class_histogram(const std::string& json) {
  ClassHistogram histogram;
  try {
    const auto parsed = nlohmann::json::parse(json);
    histogram.server = parsed.at("server").get<std::vector<std::uint32_t>>();
    histogram.users = parsed.at("users").get<std::vector<std::vector<std::uint32_t>>>();
  } catch (const nlohmann::json::exception& error) {
    return corrupt(std::string("class histogram: ") + error.what());
  }
  for (const auto& row : histogram.users) {
    if (row.size() != histogram.server.size())
      return corrupt("class histogram: rows with different numbers of classes");
  }
  return histogram;
}

}  // namespace covey::simulator
