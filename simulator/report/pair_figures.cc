#include <limits>
#include <map>

#include "simulator/report/figure_makers.h"
#include "simulator/report/statistics.h"

namespace covey::simulator {

namespace {

double mean_accuracy(const std::vector<const RunResult*>& runs, const DrawnAxis& row_axis,
                     const std::string& row, const DrawnAxis& column_axis, const std::string& column) {
  std::vector<double> values;
  for (const RunResult* run : runs) {
    if (run->values[row_axis.index] == row && run->values[column_axis.index] == column) {
      values.push_back(100 * run->summary.accuracy);
    }
  }
  return summarise(values).mean;
}

Figure pair_figure(const std::vector<const RunResult*>& runs, const DrawnAxis& row_axis,
                   const DrawnAxis& column_axis, bool other_keys) {
  const std::string what = "Final accuracy by " + row_axis.key + " and " + column_axis.key;
  Figure figure;
  figure.id = figure_id(what, "");
  figure.section = kParameterSection;
  figure.title = what;
  figure.caption = other_keys ? "Mean over the seeds and the other swept keys." : "Mean over the seeds.";
  figure.kind = Figure::Kind::kHeatMap;
  figure.x.label = column_axis.key;
  figure.y.label = row_axis.key;
  figure.heat_map.rows = row_axis.values;
  figure.heat_map.columns = column_axis.values;
  figure.heat_map.label = "mean accuracy";
  figure.heat_map.unit = "%";
  figure.heat_map.decimals = 1;
  figure.heat_map.from_zero = false;
  for (const std::string& row : row_axis.values) {
    std::vector<double> cells;
    for (const std::string& column : column_axis.values) {
      cells.push_back(mean_accuracy(runs, row_axis, row, column_axis, column));
    }
    figure.heat_map.values.push_back(std::move(cells));
  }
  return figure;
}

}  // namespace

void add_pair_figures(const Results& results, std::vector<Figure>& figures) {
  const std::vector<DrawnAxis> axes = drawn_axes(results);
  for (std::size_t row = 0; row < axes.size(); ++row) {
    for (std::size_t column = row + 1; column < axes.size(); ++column) {
      figures.push_back(pair_figure(all_runs(results), axes[row], axes[column], axes.size() > 2));
    }
  }
}

}  // namespace covey::simulator
