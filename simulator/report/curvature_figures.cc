#include <algorithm>
#include <cmath>
#include <map>

#include "simulator/report/figure_makers.h"
#include "simulator/report/round_lines.h"

namespace covey::simulator {

namespace {

constexpr const char* kNote =
    "The trace of the loss's Hessian, or of a tensor's block of it: how curved the loss is along the "
    "weights.";

std::optional<double> total(const store::RoundRecord& round) {
  if (round.figures.curvature.empty()) return std::nullopt;
  double sum = 0;
  for (const store::TensorTrace& trace : round.figures.curvature) sum += trace.trace;
  return sum;
}

RoundQuantity of_tensor(const std::string& name) {
  return [name](const store::RoundRecord& round) -> std::optional<double> {
    for (const store::TensorTrace& trace : round.figures.curvature) {
      if (trace.tensor == name) return trace.trace;
    }
    return std::nullopt;
  };
}

/// As many tensors as lines fit into a figure: those of the largest traces, in order of name.
std::vector<std::string> most_curved(const RunGroup& group) {
  std::map<std::string, double> magnitudes;
  for (const RunResult* run : group.runs) {
    for (const store::RoundRecord& round : run->rounds) {
      for (const store::TensorTrace& trace : round.figures.curvature)
        magnitudes[trace.tensor] += std::abs(trace.trace);
    }
  }
  std::vector<std::string> names;
  for (const auto& [name, magnitude] : magnitudes) names.push_back(name);
  std::stable_sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return magnitudes.at(a) > magnitudes.at(b);
  });
  names.resize(std::min(names.size(), kLinesMax));
  std::sort(names.begin(), names.end());
  return names;
}

Figure described(Figure figure) {
  figure.section = kCurvatureSection;
  figure.y.label = "trace";
  figure.caption = join_sentences(figure.caption, kNote);
  return figure;
}

Figure tensors_figure(const Panel& panel) {
  Figure figure = round_figure(panel, "Curvature by tensor and round", round_numbers, total);
  figure.series.clear();
  for (const std::string& name : most_curved(panel.lines.front())) {
    figure.series.push_back(round_line(panel.lines.front(), round_numbers, of_tensor(name)));
    figure.series.back().name = name;
  }
  return described(std::move(figure));
}

}  // namespace

void add_curvature_figures(const Results& results, std::vector<Figure>& figures) {
  const std::vector<Panel> shown = panels(all_runs(results), drawn_axes(results));
  if (shown.size() == 1 && shown.front().lines.size() == 1) {
    append_panels({tensors_figure(shown.front())}, figures);
    return;
  }
  std::vector<Figure> totals;
  for (const Panel& panel : shown)
    totals.push_back(described(round_figure(panel, "Curvature per round", round_numbers, total)));
  append_panels(std::move(totals), figures);
}

}  // namespace covey::simulator
