#include "simulator/devices/device_trace.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace covey::simulator {

namespace {

struct Column {
  const char* name;
  double min;
  bool above_min;  ///< min itself is not allowed
  double max;
};

constexpr std::array<Column, 6> kColumns = {{{"images_per_second", 0, true, 1e9},
                                             {"down_mbit", 0, true, 1e9},
                                             {"up_mbit", 0, true, 1e9},
                                             {"latency_ms", 0, false, 1e6},
                                             {"availability", 0, false, 1},
                                             {"dropout", 0, false, 1}}};

std::string heading() {
  std::string text;
  for (const Column& column : kColumns) text += (text.empty() ? "" : ",") + std::string(column.name);
  return text;
}

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Cuts what comes before `separator` off the front of `text`.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return part;
}

Result<double> parse_cell(std::string_view cell, const Column& column, const std::string& place) {
  double value = std::numeric_limits<double>::quiet_NaN();
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  const bool number = error == std::errc() && end == cell.data() + cell.size();
  const bool inside =
      number && (column.above_min ? value > column.min : value >= column.min) && value <= column.max;
  if (inside) return value;
  return invalid_argument(place + ": " + column.name + ": \"" + std::string(cell.substr(0, 40)) +
                          "\", allowed: a number " + (column.above_min ? "above " : "from ") +
                          std::to_string(column.min) + " to " + std::to_string(column.max));
}

Result<DeviceProfile> parse_row(std::string_view line, const std::string& place) {
  std::array<double, kColumns.size()> values{};
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    COVEY_ASSIGN_OR_RETURN(values[i], parse_cell(trimmed(take_until(line, ',')), kColumns[i], place));
  }
  if (!line.empty()) return invalid_argument(place + ": more cells than columns, allowed: " + heading());
  return DeviceProfile{values[0], values[1], values[2], values[3] / 1000, values[4], values[5]};
}

}  // namespace

Result<std::vector<DeviceProfile>> parse_device_trace(std::string_view text, const std::string& source) {
  if (trimmed(take_until(text, '\n')) != heading())
    return invalid_argument(source + ":1: not the columns of a device trace, allowed: " + heading());
  std::vector<DeviceProfile> devices;
  for (std::size_t line = 2; !text.empty(); ++line) {
    const std::string_view row = trimmed(take_until(text, '\n'));
    if (row.empty()) continue;
    COVEY_ASSIGN_OR_RETURN(DeviceProfile device, parse_row(row, source + ":" + std::to_string(line)));
    devices.push_back(device);
  }
  if (devices.empty()) return invalid_argument(source + ": describes no device");
  return devices;
}

Result<std::vector<DeviceProfile>> load_device_trace(const fs::path& path) {
  const auto text = read_text_file(path);
  if (!text.ok()) return invalid_argument("devices.trace: " + text.status().message());
  return parse_device_trace(*text, path.string());
}

}  // namespace covey::simulator
