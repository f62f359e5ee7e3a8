#include "simulator/report/figure_makers.h"
#include "simulator/report/round_lines.h"

namespace covey::simulator {

namespace {

using store::Diversity;

/// Which changes are compared, and with whom.
struct Variant {
  Diversity::Tensors tensors;
  Diversity::Among among;
  const char* name;
};

constexpr Variant kVariants[] = {
    {Diversity::Tensors::kAll, Diversity::Among::kRound, "all tensors, whole round"},
    {Diversity::Tensors::kAll, Diversity::Among::kGroup, "all tensors, inside groups"},
    {Diversity::Tensors::kClassifier, Diversity::Among::kRound, "classifier, whole round"},
    {Diversity::Tensors::kClassifier, Diversity::Among::kGroup, "classifier, inside groups"},
};

/// D as it is, or freed of the number of members that were compared.
struct Form {
  const char* what;
  const char* label;
  bool per_node;
  const char* note;
};

constexpr Form kForms[] = {
    {"Gradient diversity per round", "D", false,
     "D = mean ‖g‖² / ‖mean g‖² over the changes g of the members: 1 when all change alike; grows with their "
     "number."},
    {"Gradient diversity per node and round", "D / nodes", true,
     "D over the number of members compared: 1 when equally long changes are orthogonal, more when they work "
     "against each other."},
};

RoundQuantity quantity(const Variant& variant, bool per_node) {
  return [variant, per_node](const store::RoundRecord& round) -> std::optional<double> {
    for (const Diversity& measured : round.figures.diversity) {
      if (measured.tensors != variant.tensors || measured.among != variant.among) continue;
      return per_node ? measured.d / measured.nodes : measured.d;
    }
    return std::nullopt;
  };
}

void describe(const Form& form, Figure& figure) {
  figure.section = kDiversitySection;
  figure.y.label = form.label;
  figure.y.floor = 0;
  figure.caption = join_sentences(figure.caption, form.note);
}

Figure variant_figure(const Panel& panel, const Form& form, const Variant& variant) {
  const std::string what = figure_title(form.what, variant.name);
  Figure figure = round_figure(panel, what, round_numbers, quantity(variant, form.per_node));
  describe(form, figure);
  return figure;
}

/// For one setting: every variant is a line.
Figure setting_figure(const Panel& panel, const Form& form) {
  Figure figure = round_figure(panel, form.what, round_numbers, quantity(kVariants[0], form.per_node));
  figure.series.clear();
  for (const Variant& variant : kVariants) {
    Series series = round_line(panel.lines.front(), round_numbers, quantity(variant, form.per_node));
    series.name = variant.name;
    if (!series.points.empty()) figure.series.push_back(std::move(series));
  }
  describe(form, figure);
  return figure;
}

}  // namespace

void add_diversity_figures(const Results& results, std::vector<Figure>& figures) {
  const std::vector<Panel> shown = panels(all_runs(results), drawn_axes(results));
  const bool one_setting = shown.size() == 1 && shown.front().lines.size() == 1;
  for (const Form& form : kForms) {
    if (one_setting) {
      append_panels({setting_figure(shown.front(), form)}, figures);
      continue;
    }
    for (const Variant& variant : kVariants) {
      std::vector<Figure> found;
      for (const Panel& panel : shown) found.push_back(variant_figure(panel, form, variant));
      append_panels(std::move(found), figures);
    }
  }
}

}  // namespace covey::simulator
