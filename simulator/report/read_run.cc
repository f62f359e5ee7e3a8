#include "simulator/report/read_run.h"

#include "common/store/run_store.h"
#include "simulator/report/class_histogram.h"

namespace covey::simulator {

Result<RunResult> read_run(const fs::path& dir) {
  RunResult result;
  COVEY_ASSIGN_OR_RETURN(result.summary, program::read_summary(dir / "summary.json"));
  result.seed = result.summary.seed;
  COVEY_ASSIGN_OR_RETURN(const auto run, store::RunStore::open_read_only(dir));
  COVEY_ASSIGN_OR_RETURN(result.rounds, run->rounds());
  if (!fs::exists(dir / "partition.json")) return result;  // a deployed run: nobody knows who holds what
  COVEY_ASSIGN_OR_RETURN(const std::string partition, read_text_file(dir / "partition.json"));
  COVEY_ASSIGN_OR_RETURN(result.partition, parse_class_histogram(partition));
  return result;
}

Result<Results> results_of_run(const fs::path& dir) {
  Results results;
  const fs::path name = fs::weakly_canonical(dir);
  results.title = name.filename().string();
  COVEY_ASSIGN_OR_RETURN(RunResult result, read_run(dir));
  results.runs.push_back(std::move(result));
  COVEY_ASSIGN_OR_RETURN(results.experiment_toml, read_text_file(dir / "experiment.toml"));
  return results;
}

}  // namespace covey::simulator
