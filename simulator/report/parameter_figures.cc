#include <algorithm>
#include <functional>

#include "simulator/report/figure_makers.h"
#include "simulator/report/statistics.h"

namespace covey::simulator {

namespace {

/// A number that a run ended with.
struct Outcome {
  const char* what;
  const char* label;
  const char* unit;
  const char* section;
  bool from_zero;
  std::optional<double> ceiling;
  std::function<double(const RunResult&)> value;
};

std::vector<Outcome> outcomes(const Results& results) {
  std::vector<Outcome> found = {
      {"Final accuracy", "final test accuracy", "%", kParameterSection, false, 100,
       [](const RunResult& run) { return 100 * run.summary.accuracy; }},
      {"Megabytes exchanged", "exchanged, both ways", "MB", kCostSection, true, std::nullopt,
       [](const RunResult& run) {
         return static_cast<double>(run.summary.bytes_up + run.summary.bytes_down) / kMegabyte;
       }},
      {"Seconds", "wall clock time of a run", "s", kCostSection, true, std::nullopt,
       [](const RunResult& run) { return run.summary.seconds; }},
  };
  if (any_simulated_time(results)) {
    found.push_back({"Simulated hours", "simulated time of a run", "h", kCostSection, true, std::nullopt,
                     simulated_hours});
  }
  return found;
}

/// From here on equal steps would press the small values together.
constexpr double kLogRatio = 50;

FigureAxis parameter_axis(const DrawnAxis& axis) {
  FigureAxis drawn;
  drawn.label = axis.key;
  if (axis.numbers.empty()) {
    drawn.scale = FigureAxis::Scale::kCategory;
    drawn.categories = axis.values;
    return drawn;
  }
  drawn.ticks = axis.numbers;
  const bool wide = axis.numbers.front() > 0 && axis.numbers.back() / axis.numbers.front() >= kLogRatio;
  if (wide) drawn.scale = FigureAxis::Scale::kLog;
  return drawn;
}

double place(const DrawnAxis& axis, const RunResult& run) {
  const auto found = std::find(axis.values.begin(), axis.values.end(), run.values.at(axis.index));
  const auto position = static_cast<std::size_t>(found - axis.values.begin());
  return axis.numbers.empty() ? static_cast<double>(position) : axis.numbers.at(position);
}

Series parameter_line(const RunGroup& line, const DrawnAxis& axis, const Outcome& outcome) {
  Series series{line.name, {}};
  for (const RunGroup& group : group_runs(line.runs, {axis})) {
    std::vector<double> values;
    for (const RunResult* run : group.runs) values.push_back(outcome.value(*run));
    series.points.push_back(mean_point(place(axis, *group.runs.front()), summarise(values)));
  }
  return series;
}

/// The runs behind each point, for the caption.
std::vector<RunGroup> points_of(const Panel& panel, const DrawnAxis& axis) {
  std::vector<RunGroup> points;
  for (const RunGroup& line : panel.lines) {
    for (RunGroup& point : group_runs(line.runs, {axis})) points.push_back(std::move(point));
  }
  return points;
}

Figure parameter_figure(const Panel& panel, const DrawnAxis& axis, const Outcome& outcome) {
  const std::string what = std::string(outcome.what) + " by " + axis.key;
  Figure figure;
  figure.id = figure_id(what, panel.where);
  figure.section = outcome.section;
  figure.title = figure_title(what, panel.where);
  figure.caption = join_sentences(panel.note, spread_sentence(points_of(panel, axis), "whisker"));
  figure.kind = axis.numbers.empty() ? Figure::Kind::kDots : Figure::Kind::kLine;
  figure.spread = Figure::SpreadStyle::kWhiskers;
  figure.x = parameter_axis(axis);
  figure.y.label = outcome.label;
  figure.y.unit = outcome.unit;
  figure.y.from_zero = outcome.from_zero;
  figure.y.floor = 0;
  figure.y.ceiling = outcome.ceiling;
  for (const RunGroup& line : panel.lines) figure.series.push_back(parameter_line(line, axis, outcome));
  return figure;
}

}  // namespace

void add_parameter_figures(const Results& results, std::vector<Figure>& figures) {
  const std::vector<DrawnAxis> axes = drawn_axes(results);
  for (const Outcome& outcome : outcomes(results)) {
    for (const DrawnAxis& axis : axes) {
      std::vector<DrawnAxis> others;
      for (const DrawnAxis& other : axes) {
        if (other.index != axis.index) others.push_back(other);
      }
      std::vector<Figure> found;
      for (const Panel& panel : panels(all_runs(results), others)) {
        found.push_back(parameter_figure(panel, axis, outcome));
      }
      append_panels(std::move(found), figures);
    }
  }
}

}  // namespace covey::simulator
