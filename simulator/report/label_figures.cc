#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "simulator/report/figure_makers.h"
#include "simulator/report/number_text.h"
#include "simulator/report/round_lines.h"
#include "simulator/report/statistics.h"

namespace covey::simulator {

namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
/// Cells that a heat map of the rounds has room for.
constexpr std::size_t kColumnsMax = 50;
constexpr std::size_t kClassesMax = 64;

/// In a warm-up round nobody was asked for labels.
std::optional<double> mask_rate(const store::RoundRecord& round) {
  if (round.drawn == 0) return std::nullopt;
  return 100 * round.figures.mask_rate;
}

/// Shares of the classes in the accepted labels; empty when none was accepted.
std::vector<double> class_shares(const store::RoundRecord& round) {
  const std::vector<std::uint64_t>& counts = round.figures.pseudo_labels;
  const double sum = std::accumulate(counts.begin(), counts.end(), 0.0);
  std::vector<double> shares;
  if (sum == 0) return shares;
  for (const std::uint64_t count : counts) shares.push_back(static_cast<double>(count) / sum);
  return shares;
}

std::optional<double> rarest_share(const store::RoundRecord& round) {
  if (round.drawn == 0) return std::nullopt;
  const std::vector<double> shares = class_shares(round);
  if (shares.empty()) return kNothing;
  return 100 * *std::min_element(shares.begin(), shares.end());
}

std::optional<double> entropy_bits(const store::RoundRecord& round) {
  if (round.drawn == 0) return std::nullopt;
  const std::vector<double> shares = class_shares(round);
  if (shares.empty()) return kNothing;
  double bits = 0;
  for (const double share : shares) {
    if (share > 0) bits -= share * std::log2(share);
  }
  return bits;
}

std::size_t class_count(const Results& results) {
  std::size_t classes = 0;
  for (const RunResult& run : results.runs) {
    for (const store::RoundRecord& round : run.rounds) {
      classes = std::max(classes, round.figures.pseudo_labels.size());
    }
  }
  return classes;
}

bool any_label(const Results& results) {
  for (const RunResult& run : results.runs) {
    for (const store::RoundRecord& round : run.rounds) {
      if (!class_shares(round).empty()) return true;
    }
  }
  return false;
}

struct Measure {
  const char* what;
  const char* label;
  const char* unit;
  bool from_zero;
  std::optional<double> ceiling;
  RoundQuantity quantity;
  std::string note;
};

std::vector<Measure> measures(std::size_t classes) {
  const double even = static_cast<double>(classes);
  const std::string share = short_text(100 / even);
  const std::string bits = short_text(std::log2(even));
  std::vector<Measure> found = {
      {"Mask rate per round", "confident images", "%", true, 100, mask_rate,
       "Images with a confident pseudo-label; mean over the members that were present."}};
  if (classes < 2) return found;
  found.push_back({"Rarest class per round", "share of rarest class", "%", true, std::nullopt, rarest_share,
                   "Share in the accepted pseudo-labels; " + share +
                       " % when they are even, 0 when a class is lost. A gap: no label was accepted."});
  found.push_back(
      {"Label entropy per round", "label entropy", "bit", false, std::nullopt, entropy_bits,
       bits + " bit when all " + std::to_string(classes) + " classes are even, 0 for one class."});
  return found;
}

Figure label_figure(const Panel& panel, const Measure& measure) {
  Figure figure = round_figure(panel, measure.what, round_numbers, measure.quantity);
  figure.section = kLabelSection;
  figure.y.label = measure.label;
  figure.y.unit = measure.unit;
  figure.y.from_zero = measure.from_zero;
  figure.y.floor = 0;
  figure.y.ceiling = measure.ceiling;
  figure.caption = join_sentences(figure.caption, measure.note);
  return figure;
}

/// Sums of the accepted labels over rounds [begin, end) of all runs, as shares in %.
std::vector<double> shares_between(const RunGroup& group, std::size_t classes, std::size_t begin,
                                   std::size_t end) {
  std::vector<double> sums(classes, 0);
  for (const RunResult* run : group.runs) {
    for (std::size_t round = begin; round < std::min(end, run->rounds.size()); ++round) {
      const std::vector<std::uint64_t>& counts = run->rounds[round].figures.pseudo_labels;
      for (std::size_t c = 0; c < counts.size(); ++c) sums[c] += static_cast<double>(counts[c]);
    }
  }
  const double all = std::accumulate(sums.begin(), sums.end(), 0.0);
  for (double& sum : sums) sum = all > 0 ? 100 * sum / all : kNothing;
  return sums;
}

std::string round_span(std::size_t begin, std::size_t end) {
  const std::string first = std::to_string(begin + 1);
  return begin + 1 == end ? first : first + "-" + std::to_string(end);
}

/// Classes x rounds, for a report on one setting.
Figure class_share_figure(const RunGroup& group, std::size_t classes) {
  std::size_t rounds = 0;
  for (const RunResult* run : group.runs) rounds = std::max(rounds, run->rounds.size());
  const std::size_t step = (rounds + kColumnsMax - 1) / kColumnsMax;
  Figure figure;
  figure.id = "class-shares-per-round";
  figure.section = kLabelSection;
  figure.title = "Class shares per round";
  figure.caption =
      "Share of each class in the accepted pseudo-labels, over all runs. Grey: none was accepted.";
  if (step > 1) figure.caption += " A column is " + std::to_string(step) + " rounds.";
  figure.kind = Figure::Kind::kHeatMap;
  figure.x.label = step > 1 ? "rounds" : "round";
  figure.y.label = "class";
  figure.heat_map.label = "share";
  figure.heat_map.unit = "%";
  figure.heat_map.values.resize(classes);
  for (std::size_t c = 0; c < classes; ++c) figure.heat_map.rows.push_back(std::to_string(c));
  for (std::size_t begin = 0; begin < rounds; begin += step) {
    const std::size_t end = std::min(begin + step, rounds);
    figure.heat_map.columns.push_back(round_span(begin, end));
    const std::vector<double> shares = shares_between(group, classes, begin, end);
    for (std::size_t c = 0; c < classes; ++c) figure.heat_map.values[c].push_back(shares[c]);
  }
  return figure;
}

}  // namespace

void add_label_figures(const Results& results, std::vector<Figure>& figures) {
  const std::size_t classes = class_count(results);
  const std::vector<Panel> shown = panels(all_runs(results), drawn_axes(results));
  for (const Measure& measure : measures(classes)) {
    std::vector<Figure> found;
    for (const Panel& panel : shown) found.push_back(label_figure(panel, measure));
    append_panels(std::move(found), figures);
  }
  const bool one_setting = shown.size() == 1 && shown.front().lines.size() == 1;
  if (one_setting && any_label(results) && classes <= kClassesMax) {
    figures.push_back(class_share_figure(shown.front().lines.front(), classes));
  }
}

}  // namespace covey::simulator
