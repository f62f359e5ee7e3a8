#include "simulator/report/write_report.h"

#include <algorithm>
#include <set>

#include "simulator/report/csv.h"
#include "simulator/report/figures.h"
#include "simulator/report/page.h"
#include "simulator/report/svg.h"
#include "simulator/report/svg_canvas.h"

namespace covey::simulator {

namespace {

Status nothing_finished(const Results& results) {
  std::string message = "no run has finished: " + std::to_string(results.failed.size()) + " failed, " +
                        std::to_string(results.unfinished) + " have not ended";
  if (!results.failed.empty()) message += "; the first failure: " + results.failed.front().reason;
  return not_found(message);
}

/// A plot of an earlier report, not a file that somebody else put there.
bool is_own_plot(const fs::path& path) {
  if (path.extension() != ".svg") return false;
  const auto text = read_text_file(path);
  return text.ok() && text->rfind(kSvgMark, 0) == 0;
}

Status remove_stale_plots(const fs::path& plots, const std::set<std::string>& current) {
  std::error_code error;
  std::vector<fs::path> stale;
  for (const auto& entry : fs::directory_iterator(plots, error)) {
    const bool kept = current.count(entry.path().filename().string()) == 1;
    if (!kept && is_own_plot(entry.path())) stale.push_back(entry.path());
  }
  for (const fs::path& path : stale) {
    if (!error) fs::remove(path, error);
  }
  if (error) return internal_error(plots.string() + ": cannot remove old plots: " + error.message());
  return ok_status();
}

Status write_plots(const std::vector<Figure>& figures, const fs::path& plots) {
  COVEY_RETURN_IF_ERROR(make_directories(plots));
  std::set<std::string> names;
  for (const Figure& figure : figures) {
    const std::string name = figure.id + ".svg";
    COVEY_RETURN_IF_ERROR(write_file_atomically(plots / name, as_bytes(to_svg(figure))));
    names.insert(name);
  }
  return remove_stale_plots(plots, names);
}

}  // namespace

Status write_report(const Results& results, const fs::path& dir) {
  if (results.runs.empty()) return nothing_finished(results);
  const std::vector<Figure> figures = make_figures(results);
  COVEY_RETURN_IF_ERROR(write_plots(figures, dir / "plots"));
  COVEY_RETURN_IF_ERROR(write_file_atomically(dir / "results.csv", as_bytes(to_csv(results))));
  return write_file_atomically(dir / "report.html", as_bytes(make_page(results, figures)));
}

}  // namespace covey::simulator
