#include "simulator/report/figure_makers.h"
#include "simulator/report/round_lines.h"

namespace covey::simulator {

namespace {

std::optional<double> evaluated_accuracy(const store::RoundRecord& round) {
  if (!round.evaluation) return std::nullopt;
  return 100 * round.evaluation->accuracy;
}

/// A curve of accuracy over something that grows with the rounds.
struct Course {
  const char* what;
  const char* label;
  const char* unit;
  RoundPositions positions;
  const char* note;
};

Figure accuracy_figure(const Panel& panel, const Course& course) {
  Figure figure = round_figure(panel, course.what, course.positions, evaluated_accuracy);
  figure.section = kAccuracySection;
  figure.x.label = course.label;
  figure.x.unit = course.unit;
  figure.x.whole_numbers = figure.x.unit.empty();
  figure.y.label = "test accuracy";
  figure.y.unit = "%";
  figure.y.floor = 0;
  figure.y.ceiling = 100;
  figure.caption = join_sentences(figure.caption, course.note);
  return figure;
}

}  // namespace

void add_accuracy_figures(const Results& results, std::vector<Figure>& figures) {
  std::vector<Course> courses = {
      {"Accuracy per round", "round", "", round_numbers, "A point is an evaluation."},
      {"Accuracy per megabyte", "exchanged so far, both ways", "MB", megabytes_so_far,
       "Encoded models and updates of all clients; 1 MB is a million bytes."},
  };
  if (any_simulated_time(results)) {
    courses.push_back({"Accuracy per simulated hour", "simulated time so far", "h", hours_so_far,
                       "Time on the devices and links that the experiment describes."});
  }
  const std::vector<Panel> shown = panels(all_runs(results), drawn_axes(results));
  for (const Course& course : courses) {
    std::vector<Figure> found;
    for (const Panel& panel : shown) found.push_back(accuracy_figure(panel, course));
    append_panels(std::move(found), figures);
  }
}

}  // namespace covey::simulator
