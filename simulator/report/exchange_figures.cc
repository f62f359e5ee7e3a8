#include "simulator/report/figure_makers.h"
#include "simulator/report/statistics.h"

namespace covey::simulator {

namespace {

/// More columns than this leave no room for their names.
constexpr std::size_t kColumnsMax = 12;

double mean_megabytes(const RunGroup& group, std::uint64_t program::Summary::*bytes) {
  std::vector<double> values;
  for (const RunResult* run : group.runs) {
    values.push_back(static_cast<double>(run->summary.*bytes) / kMegabyte);
  }
  return summarise(values).mean;
}

Figure empty_figure() {
  Figure figure;
  figure.id = "megabytes-by-direction";
  figure.section = kCostSection;
  figure.title = "Megabytes by direction";
  figure.kind = Figure::Kind::kBars;
  figure.x.scale = FigureAxis::Scale::kCategory;
  figure.y.label = "exchanged";
  figure.y.unit = "MB";
  figure.y.from_zero = true;
  figure.y.floor = 0;
  figure.series = {{"clients to server", {}}, {"server to clients", {}}};
  return figure;
}

void add_column(const std::string& name, double up, double down, Figure& figure) {
  const auto x = static_cast<double>(figure.x.categories.size());
  figure.x.categories.push_back(name);
  figure.series[0].points.push_back({x, up, std::nullopt});
  figure.series[1].points.push_back({x, down, std::nullopt});
}

}  // namespace

void add_exchange_figures(const Results& results, std::vector<Figure>& figures) {
  const std::vector<RunGroup> groups = group_runs(all_runs(results), drawn_axes(results));
  if (groups.size() > kColumnsMax) return;
  using program::Summary;
  Figure figure = empty_figure();
  for (const RunGroup& group : groups) {
    add_column(groups.size() == 1 ? "as sent" : group.name, mean_megabytes(group, &Summary::bytes_up),
               mean_megabytes(group, &Summary::bytes_down), figure);
  }
  figure.caption = "Encoded models and updates of all clients";
  figure.caption += results.runs.size() > groups.size() ? "; mean over the seeds." : ".";
  if (groups.size() == 1) {
    add_column("as 32-bit numbers", mean_megabytes(groups.front(), &Summary::bytes_up_fp32),
               mean_megabytes(groups.front(), &Summary::bytes_down_fp32), figure);
    figure.caption += " Beside it the same exchange without a codec.";
  }
  figures.push_back(std::move(figure));
}

}  // namespace covey::simulator
