#include "simulator/sweep/grid.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <sstream>

namespace covey::simulator {

namespace {

Status wrong_axis(const std::string& text, const std::string& problem) {
  return invalid_argument("--over " + text + ": " + problem +
                          ", allowed: section.key=v1,v2,... or section.key=start:stop:step; keys that change "
                          "together: a.b+c.d=1+2,3+4");
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  if (text.empty() || text.back() == separator) parts.emplace_back();
  return parts;
}

/// A number in decimal notation, without its point: 0.25 is 25 with 2 digits. Ranges are counted in whole
/// numbers, so that 0:1:0.1 has no 0.30000000000000004.
struct Decimal {
  std::int64_t digits = 0;
  std::size_t places = 0;  ///< after the point
};

std::optional<Decimal> parse_decimal(const std::string& text) {
  constexpr std::size_t kDigitsMax = 9;  // two of them scaled to one number of places fit 64 bits
  Decimal decimal;
  std::size_t first = !text.empty() && text[0] == '-' ? 1 : 0;
  const std::size_t point = text.find('.');
  std::string digits = text.substr(first);
  if (point != std::string::npos) {
    digits.erase(point - first, 1);
    decimal.places = text.size() - point - 1;
  }
  const bool plain = !digits.empty() && digits.size() <= kDigitsMax &&
                     std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!plain) return std::nullopt;
  decimal.digits = std::stoll(digits) * (first == 1 ? -1 : 1);
  return decimal;
}

std::int64_t scaled(const Decimal& decimal, std::size_t places) {
  std::int64_t value = decimal.digits;
  for (std::size_t i = decimal.places; i < places; ++i) value *= 10;
  return value;
}

std::string to_text(std::int64_t digits, std::size_t places) {
  std::string text = std::to_string(std::abs(digits));
  if (places > 0) {
    if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
    text.insert(text.size() - places, ".");
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
  }
  return digits < 0 ? "-" + text : text;
}

Result<std::vector<std::string>> range_values(const std::string& text, const std::vector<std::string>& ends) {
  const auto start = parse_decimal(ends[0]);
  const auto stop = parse_decimal(ends[1]);
  const auto step = parse_decimal(ends[2]);
  if (!start || !stop || !step) return wrong_axis(text, "a range needs three numbers");
  const std::size_t places = std::max({start->places, stop->places, step->places});
  const std::int64_t first = scaled(*start, places);
  const std::int64_t last = scaled(*stop, places);
  const std::int64_t stride = scaled(*step, places);
  if (stride <= 0 || last < first)
    return wrong_axis(text, "a range goes up from start to stop by a step > 0");
  if (static_cast<std::size_t>((last - first) / stride) >= kAxisValuesMax) {
    return invalid_argument("--over " + text + ": more than " + std::to_string(kAxisValuesMax) + " values");
  }
  std::vector<std::string> values;
  for (std::int64_t value = first; value <= last; value += stride) values.push_back(to_text(value, places));
  return values;
}

/// `keys` are joined in the axis, and so must be the parts of each value.
Status check_values(const std::string& text, std::size_t keys, const std::vector<std::string>& values) {
  if (values.size() > kAxisValuesMax)
    return invalid_argument("--over " + text + ": more than " + std::to_string(kAxisValuesMax) + " values");
  std::set<std::string> seen;
  for (const std::string& value : values) {
    const std::vector<std::string> parts =
        keys == 1 ? std::vector<std::string>{value} : split(value, '+');  // 1e+1 is one value
    if (std::count(parts.begin(), parts.end(), "") > 0) return wrong_axis(text, "an empty value");
    if (parts.size() != keys) {
      return wrong_axis(
          text, "the value " + value + " is not one for each of " + std::to_string(keys) + " joined keys");
    }
    if (!seen.insert(value).second) return wrong_axis(text, "the value " + value + " stands twice");
  }
  return ok_status();
}

}  // namespace

Result<Axis> parse_axis(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return wrong_axis(text, "no key before a '='");
  Axis axis{text.substr(0, equals), {}};
  const std::string values = text.substr(equals + 1);
  const std::vector<std::string> ends = split(values, ':');
  if (ends.size() == 3 && values.find(',') == std::string::npos) {
    COVEY_ASSIGN_OR_RETURN(axis.values, range_values(text, ends));
  } else {
    axis.values = split(values, ',');
  }
  COVEY_RETURN_IF_ERROR(check_values(text, split(axis.key, '+').size(), axis.values));
  return axis;
}

Result<std::vector<PlannedRun>> plan_runs(const std::vector<Axis>& axes, std::uint64_t first_seed,
                                          std::uint64_t seeds) {
  const Status too_many =
      invalid_argument("the sweep has more than " + std::to_string(kPlannedRunsMax) + " runs");
  if (seeds > kPlannedRunsMax) return too_many;
  std::set<std::string> keys;
  std::size_t count = seeds;
  for (const Axis& axis : axes) {
    for (const std::string& key : split(axis.key, '+')) {
      if (!keys.insert(key).second) return invalid_argument("--over " + key + " is given twice");
      if (key == "seed") return invalid_argument("--over seed: allowed: --seeds N");
    }
    count *= axis.values.size();
    if (count > kPlannedRunsMax) return too_many;
  }
  std::vector<PlannedRun> runs;
  for (std::size_t i = 0; i < count; ++i) {
    PlannedRun run;
    run.id = static_cast<std::uint32_t>(i);
    run.seed = first_seed + i % seeds;
    std::size_t cell = i / seeds;
    run.values.resize(axes.size());
    for (std::size_t a = axes.size(); a-- > 0; cell /= axes[a].values.size())
      run.values[a] = axes[a].values[cell % axes[a].values.size()];
    runs.push_back(std::move(run));
  }
  return runs;
}

std::vector<std::string> overrides_of(const std::vector<Axis>& axes, const PlannedRun& run) {
  std::vector<std::string> sets;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    const std::vector<std::string> keys = split(axes[a].key, '+');
    const std::vector<std::string> values =
        keys.size() == 1 ? std::vector<std::string>{run.values[a]} : split(run.values[a], '+');
    COVEY_CHECK(keys.size() == values.size(), axes[a].key, run.values[a]);
    for (std::size_t i = 0; i < keys.size(); ++i) sets.push_back(keys[i] + "=" + values[i]);
  }
  sets.push_back("seed=" + std::to_string(run.seed));
  return sets;
}

std::string name_of(const std::vector<Axis>& axes, const std::vector<std::string>& values,
                    std::uint64_t seed) {
  std::string name;
  for (std::size_t a = 0; a < axes.size(); ++a) name += axes[a].key + "=" + values[a] + " ";
  return name + "seed=" + std::to_string(seed);
}

}  // namespace covey::simulator
