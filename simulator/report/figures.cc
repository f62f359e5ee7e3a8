#include "simulator/report/figures.h"

#include <algorithm>
#include <set>

#include "simulator/report/axis_range.h"
#include "simulator/report/figure_makers.h"
#include "simulator/report/round_lines.h"

namespace covey::simulator {

namespace {

/// File systems end at 255 bytes; a readable name ends sooner.
constexpr std::size_t kIdMax = 100;

bool plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
}

/// Some file systems take "A" and "a" for one name.
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Names that differ only in letters that a file name cannot hold get a number.
void make_ids_unique(std::vector<Figure>& figures) {
  std::set<std::string> taken;
  for (Figure& figure : figures) {
    const std::string wanted = figure.id.substr(0, kIdMax);
    std::string id = wanted;
    for (int copy = 2; !taken.insert(id).second; ++copy) id = wanted + "-" + std::to_string(copy);
    figure.id = std::move(id);
  }
}

}  // namespace

std::string axis_text(const FigureAxis& axis) {
  return axis.unit.empty() ? axis.label : axis.label + " (" + axis.unit + ")";
}

std::string figure_id(const std::string& what, const std::string& where) {
  std::string id;
  for (const char letter : where.empty() ? what : what + " " + where) {
    const char c = lower(letter);
    if (plain(c)) {
      id += c;
    } else if (!id.empty() && id.back() != '-') {
      id += '-';
    }
  }
  while (!id.empty() && id.back() == '-') id.pop_back();
  return id;
}

std::string figure_title(const std::string& what, const std::string& where) {
  return where.empty() ? what : what + ", " + where;
}

std::string join_sentences(const std::string& first, const std::string& second) {
  return first.empty() || second.empty() ? first + second : first + " " + second;
}

void append_panels(std::vector<Figure> panels, std::vector<Figure>& figures) {
  panels.erase(
      std::remove_if(panels.begin(), panels.end(), [](const Figure& figure) { return !has_points(figure); }),
      panels.end());
  if (panels.size() > 1) share_ranges(panels);
  for (Figure& figure : panels) figures.push_back(std::move(figure));
}

double simulated_hours(const RunResult& run) {
  double seconds = 0;
  for (const store::RoundRecord& round : run.rounds) seconds += round.figures.virtual_seconds;
  return seconds / kSecondsPerHour;
}

bool any_simulated_time(const Results& results) {
  return std::any_of(results.runs.begin(), results.runs.end(),
                     [](const RunResult& run) { return simulated_hours(run) > 0; });
}

std::vector<Figure> make_figures(const Results& results) {
  std::vector<Figure> figures;
  add_pair_figures(results, figures);
  add_parameter_figures(results, figures);
  add_accuracy_figures(results, figures);
  add_exchange_figures(results, figures);
  add_label_figures(results, figures);
  add_diversity_figures(results, figures);
  add_curvature_figures(results, figures);
  add_density_figures(results, figures);
  add_partition_figures(results, figures);
  make_ids_unique(figures);
  return figures;
}

}  // namespace covey::simulator
