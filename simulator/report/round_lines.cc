#include "simulator/report/round_lines.h"

#include <algorithm>
#include <cmath>

#include "simulator/report/figure_makers.h"
#include "simulator/report/statistics.h"

namespace covey::simulator {

namespace {

template <typename Amount>
std::vector<double> sums_so_far(const RunResult& run, Amount amount) {
  std::vector<double> sums;
  double sum = 0;
  for (const store::RoundRecord& round : run.rounds) sums.push_back(sum += amount(round.figures));
  return sums;
}

std::size_t rounds_of_longest(const RunGroup& group) {
  std::size_t rounds = 0;
  for (const RunResult* run : group.runs) rounds = std::max(rounds, run->rounds.size());
  return rounds;
}

}  // namespace

std::vector<double> round_numbers(const RunResult& run) {
  return sums_so_far(run, [](const store::RoundFigures&) { return 1.0; });
}

std::vector<double> megabytes_so_far(const RunResult& run) {
  return sums_so_far(run, [](const store::RoundFigures& round) {
    return static_cast<double>(round.bytes_up + round.bytes_down) / kMegabyte;
  });
}

std::vector<double> hours_so_far(const RunResult& run) {
  return sums_so_far(
      run, [](const store::RoundFigures& round) { return round.virtual_seconds / kSecondsPerHour; });
}

Series round_line(const RunGroup& group, const RoundPositions& positions, const RoundQuantity& quantity) {
  std::vector<std::vector<double>> places;
  for (const RunResult* run : group.runs) places.push_back(positions(*run));
  Series series{group.name, {}};
  const std::size_t rounds = rounds_of_longest(group);
  for (std::size_t round = 0; round < rounds; ++round) {
    std::vector<double> x;
    std::vector<double> y;
    for (std::size_t i = 0; i < group.runs.size(); ++i) {
      if (round >= group.runs[i]->rounds.size()) continue;
      const auto value = quantity(group.runs[i]->rounds[round]);
      if (!value) continue;
      x.push_back(places[i][round]);
      y.push_back(*value);
    }
    if (!y.empty()) series.points.push_back(mean_point(summarise(x).mean, summarise(y)));
  }
  return series;
}

Figure round_figure(const Panel& panel, const std::string& what, const RoundPositions& positions,
                    const RoundQuantity& quantity) {
  Figure figure;
  figure.id = figure_id(what, panel.where);
  figure.title = figure_title(what, panel.where);
  figure.caption = join_sentences(panel.note, spread_sentence(panel.lines, "band"));
  figure.x.label = "round";
  figure.x.whole_numbers = true;
  for (const RunGroup& line : panel.lines) figure.series.push_back(round_line(line, positions, quantity));
  return figure;
}

bool has_points(const Figure& figure) {
  for (const Series& series : figure.series) {
    for (const Point& point : series.points) {
      if (!std::isnan(point.y)) return true;
    }
  }
  return false;
}

}  // namespace covey::simulator
