#include <algorithm>
#include <numeric>

#include "simulator/report/figure_makers.h"
#include "simulator/report/number_text.h"

namespace covey::simulator {

namespace {

constexpr std::size_t kUsersMax = 60;
constexpr std::size_t kClassesMax = 100;
constexpr std::size_t kPartitionsMax = 12;

bool same(const ClassHistogram& a, const ClassHistogram& b) {
  return a.server == b.server && a.users == b.users;
}

/// Settings that were dealt the same images.
struct Shared {
  std::vector<const RunResult*> runs;  ///< the first seed of each setting

  const ClassHistogram& histogram() const { return *runs.front()->partition; }
};

std::vector<Shared> distinct_partitions(const std::vector<RunGroup>& settings) {
  std::vector<Shared> found;
  for (const RunGroup& setting : settings) {
    const RunResult* run = setting.runs.front();
    if (!run->partition) continue;
    const auto known = std::find_if(found.begin(), found.end(), [run](const Shared& shared) {
      return same(shared.histogram(), *run->partition);
    });
    if (known == found.end()) {
      found.push_back({{run}});
    } else {
      known->runs.push_back(run);
    }
  }
  return found;
}

/// The keys whose value is the same in all settings that share the partition: those that made it.
std::string common_values(const Shared& shared, const std::vector<DrawnAxis>& axes) {
  std::string name;
  for (const DrawnAxis& axis : axes) {
    const std::string& value = shared.runs.front()->values[axis.index];
    const bool equal = std::all_of(shared.runs.begin(), shared.runs.end(),
                                   [&](const RunResult* run) { return run->values[axis.index] == value; });
    if (equal) name += (name.empty() ? "" : ", ") + axis.name + " " + value;
  }
  return name;
}

std::vector<double> row_of(const std::vector<std::uint32_t>& counts) {
  std::vector<double> row;
  for (std::size_t c = 0; c < std::min(counts.size(), kClassesMax); ++c) {
    row.push_back(static_cast<double>(counts[c]));
  }
  return row;
}

HeatMap heat_map(const ClassHistogram& histogram) {
  HeatMap map;
  map.label = "images";
  for (std::size_t c = 0; c < std::min(histogram.server.size(), kClassesMax); ++c) {
    map.columns.push_back(std::to_string(c));
  }
  map.rows.push_back("server");
  map.values.push_back(row_of(histogram.server));
  for (std::size_t user = 0; user < std::min(histogram.users.size(), kUsersMax); ++user) {
    map.rows.push_back("user " + std::to_string(user));
    map.values.push_back(row_of(histogram.users[user]));
  }
  return map;
}

std::string caption(const Shared& shared, bool some_left_out) {
  const ClassHistogram& histogram = shared.histogram();
  const program::Summary& summary = shared.runs.front()->summary;
  std::string text = "Images per class of the server and of each user; seed " +
                     std::to_string(shared.runs.front()->seed) + ".";
  if (summary.r_achieved) {
    text +=
        " R: asked " + short_text(summary.r_asked) + ", achieved " + short_text(*summary.r_achieved) + ".";
  }
  if (histogram.users.size() > kUsersMax) {
    text += " The first " + std::to_string(kUsersMax) + " of " + std::to_string(histogram.users.size()) +
            " users.";
  }
  if (histogram.server.size() > kClassesMax) {
    text += " The first " + std::to_string(kClassesMax) + " of " + std::to_string(histogram.server.size()) +
            " classes.";
  }
  if (some_left_out) {
    text += " Only the first " + std::to_string(kPartitionsMax) + " partitions are shown.";
  }
  return text;
}

}  // namespace

void add_partition_figures(const Results& results, std::vector<Figure>& figures) {
  const std::vector<DrawnAxis> axes = drawn_axes(results);
  const std::vector<Shared> partitions = distinct_partitions(group_runs(all_runs(results), axes));
  const std::size_t shown = std::min(partitions.size(), kPartitionsMax);
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string where = partitions.size() == 1 ? "" : common_values(partitions[i], axes);
    Figure figure;
    figure.id = figure_id("partition", where);
    figure.section = kPartitionSection;
    figure.title = figure_title("Who holds what", where);
    figure.caption = caption(partitions[i], shown < partitions.size());
    figure.kind = Figure::Kind::kHeatMap;
    figure.x.label = "class";
    figure.heat_map = heat_map(partitions[i].histogram());
    figures.push_back(std::move(figure));
  }
}

}  // namespace covey::simulator
