#include "simulator/report/run_groups.h"

#include <algorithm>
#include <map>
#include <set>

#include "simulator/report/number_text.h"

namespace covey::simulator {

namespace {

constexpr char kTie = '+';

/// "noniid" of "federation.noniid", but "model" of "model.name"; keys that change together keep their tie.
std::string short_name(const std::string& key) {
  if (const std::size_t tie = key.find(kTie); tie != std::string::npos)
    return short_name(key.substr(0, tie)) + kTie + short_name(key.substr(tie + 1));
  const std::size_t dot = key.rfind('.');
  if (dot == std::string::npos) return key;
  const std::string last = key.substr(dot + 1);
  return last == "name" ? key.substr(0, dot) : last;
}

std::string unique_name(const std::vector<Axis>& axes, std::size_t index) {
  const std::string name = short_name(axes[index].key);
  for (std::size_t other = 0; other < axes.size(); ++other) {
    if (other != index && short_name(axes[other].key) == name) return axes[index].key;
  }
  return name;
}

/// Values of one axis that a finished run has, in the order asked for.
std::vector<std::string> finished_values(const Results& results, std::size_t index) {
  std::set<std::string> finished;
  for (const RunResult& run : results.runs) finished.insert(run.values.at(index));
  std::vector<std::string> values;
  for (const std::string& value : results.axes[index].values) {
    if (finished.erase(value) == 1) values.push_back(value);
  }
  values.insert(values.end(), finished.begin(), finished.end());
  return values;
}

/// Sorts the values by number when all of them are numbers.
void order_values(DrawnAxis& axis) {
  std::vector<std::pair<double, std::string>> numbered;
  for (const std::string& value : axis.values) {
    const auto number = parse_number(value);
    if (!number) return;
    numbered.emplace_back(*number, value);
  }
  std::stable_sort(numbered.begin(), numbered.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  axis.values.clear();
  for (const auto& [number, value] : numbered) {
    axis.numbers.push_back(number);
    axis.values.push_back(value);
  }
}

std::size_t position(const DrawnAxis& axis, const RunResult& run) {
  const auto found = std::find(axis.values.begin(), axis.values.end(), run.values.at(axis.index));
  return static_cast<std::size_t>(found - axis.values.begin());
}

std::string name_of(const std::vector<DrawnAxis>& axes, const RunResult& run) {
  std::string name;
  for (const DrawnAxis& axis : axes) {
    name += name.empty() ? "" : ", ";
    // Values that change together say enough, and what they are of would not fit into a legend.
    if (axis.name.find(kTie) == std::string::npos) name += axis.name + " ";
    name += run.values.at(axis.index);
  }
  return name;
}

/// The axis whose values become the lines: as many as fit, so that the figures are few.
std::size_t line_axis(const std::vector<DrawnAxis>& axes) {
  std::size_t best = 0;
  const auto fits = [&](std::size_t i) { return axes[i].values.size() <= kLinesMax; };
  for (std::size_t i = 1; i < axes.size(); ++i) {
    const bool more = axes[i].values.size() > axes[best].values.size();
    if (fits(i) && (!fits(best) || more)) best = i;
    if (!fits(i) && !fits(best) && !more) best = i;
  }
  return best;
}

/// Cuts a panel with too many lines into several.
void append_parts(Panel panel, std::vector<Panel>& found) {
  if (panel.lines.size() <= kLinesMax) {
    found.push_back(std::move(panel));
    return;
  }
  const std::size_t parts = (panel.lines.size() + kLinesMax - 1) / kLinesMax;
  const std::size_t each = (panel.lines.size() + parts - 1) / parts;
  for (std::size_t part = 0; part < parts; ++part) {
    const auto begin = panel.lines.begin() + static_cast<std::ptrdiff_t>(part * each);
    const auto end =
        panel.lines.begin() + static_cast<std::ptrdiff_t>(std::min((part + 1) * each, panel.lines.size()));
    const std::string where = "part " + std::to_string(part + 1) + " of " + std::to_string(parts);
    found.push_back({panel.where.empty() ? where : panel.where + ", " + where, panel.note, {begin, end}});
  }
}

std::vector<Panel> panels_by_key(const std::vector<const RunResult*>& runs,
                                 const std::vector<DrawnAxis>& axes, std::size_t combinations) {
  std::vector<Panel> found;
  const std::string note = std::to_string(combinations) +
                           " combinations are too many to draw: each line is the mean over the other keys.";
  for (const DrawnAxis& axis : axes) append_parts({"by " + axis.name, note, group_runs(runs, {axis})}, found);
  return found;
}

}  // namespace

std::vector<DrawnAxis> drawn_axes(const Results& results) {
  std::vector<DrawnAxis> drawn;
  for (std::size_t index = 0; index < results.axes.size(); ++index) {
    DrawnAxis axis{index,
                   results.axes[index].key,
                   unique_name(results.axes, index),
                   finished_values(results, index),
                   {}};
    if (axis.values.size() < 2) continue;
    order_values(axis);
    drawn.push_back(std::move(axis));
  }
  return drawn;
}

std::vector<const RunResult*> all_runs(const Results& results) {
  std::vector<const RunResult*> runs;
  for (const RunResult& run : results.runs) runs.push_back(&run);
  return runs;
}

std::vector<RunGroup> group_runs(const std::vector<const RunResult*>& runs,
                                 const std::vector<DrawnAxis>& axes) {
  std::map<std::vector<std::size_t>, RunGroup> groups;
  for (const RunResult* run : runs) {
    std::vector<std::size_t> positions;
    for (const DrawnAxis& axis : axes) positions.push_back(position(axis, *run));
    RunGroup& group = groups[positions];
    group.name = name_of(axes, *run);
    group.runs.push_back(run);
  }
  std::vector<RunGroup> ordered;
  for (auto& [positions, group] : groups) ordered.push_back(std::move(group));
  if (axes.empty() && !ordered.empty()) {
    RunGroup& only = ordered.front();
    only.name = only.runs.size() == 1 ? "seed " + std::to_string(only.runs.front()->seed) : "all runs";
  }
  return ordered;
}

std::vector<Panel> panels(const std::vector<const RunResult*>& runs, const std::vector<DrawnAxis>& axes) {
  std::vector<RunGroup> groups = group_runs(runs, axes);
  const std::size_t combinations = groups.size();
  std::vector<Panel> found;
  if (combinations <= kLinesMax || axes.size() == 1) {
    append_parts({"", "", std::move(groups)}, found);
    return found;
  }
  std::vector<DrawnAxis> others = axes;
  const auto lines = others.begin() + static_cast<std::ptrdiff_t>(line_axis(axes));
  const DrawnAxis line = *lines;
  others.erase(lines);
  const std::vector<RunGroup> places = group_runs(runs, others);
  if (places.size() > kPanelsMax) return panels_by_key(runs, axes, combinations);
  for (const RunGroup& place : places) {
    append_parts({place.name, "", group_runs(place.runs, {line})}, found);
  }
  return found;
}

std::string spread_sentence(const std::vector<RunGroup>& lines, const std::string& spread) {
  std::size_t least = lines.empty() ? 0 : lines.front().runs.size();
  std::size_t most = 0;
  for (const RunGroup& line : lines) {
    least = std::min(least, line.runs.size());
    most = std::max(most, line.runs.size());
  }
  if (most <= 1) return lines.size() > 1 ? "One run each." : "";
  const std::string count =
      least == most ? std::to_string(most) : std::to_string(least) + " to " + std::to_string(most);
  return "Mean of " + count + " runs; the " + spread + " is one standard deviation to either side.";
}

}  // namespace covey::simulator
