#include <cstdio>

#include "simulator/commands/commands.h"
#include "simulator/report/read_densities.h"
#include "simulator/report/read_run.h"
#include "simulator/report/write_report.h"
#include "simulator/sweep/sweep_store.h"

namespace covey::simulator {

namespace {

Result<Results> results_of(const fs::path& dir) {
  if (SweepStore::holds_sweep(dir)) {
    COVEY_ASSIGN_OR_RETURN(const auto sweep, SweepStore::open_read_only(dir));
    return sweep->results();
  }
  if (!fs::exists(dir / "summary.json")) {
    return invalid_argument(dir.string() +
                            " holds no results, allowed: the folder of a sweep or of a finished run");
  }
  return results_of_run(dir);
}

Status report(const std::string& dir) {
  COVEY_ASSIGN_OR_RETURN(Results results, results_of(dir));
  COVEY_ASSIGN_OR_RETURN(results.densities, read_densities(dir));
  COVEY_RETURN_IF_ERROR(write_report(results, dir));
  std::printf("wrote %s/report.html, results.csv and plots/\n", dir.c_str());
  return ok_status();
}

}  // namespace

void add_report(program::CommandLine& line) {
  const auto dir = std::make_shared<std::string>();
  program::Command command = line.add_command("report", "Draw a sweep or a run: a page, a table and plots.",
                                              [dir] { return report(*dir); });
  command.required("DIR", *dir, "Folder of a sweep, or of a finished run");
}

}  // namespace covey::simulator
