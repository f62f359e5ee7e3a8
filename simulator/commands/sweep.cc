#include <thread>

#include "common/config/experiment_file.h"
#include "common/program/known_names.h"
#include "simulator/commands/commands.h"
#include "simulator/mpi/ranks.h"
#include "simulator/sweep/cells.h"
#include "simulator/sweep/slurm.h"
#include "simulator/sweep/slurm_runner.h"

namespace covey::simulator {

namespace {

struct SweepOptions {
  std::string experiment;
  std::vector<std::string> sets;
  std::vector<std::string> over;
  std::string out;
  std::uint64_t seeds = 1;
  std::uint64_t jobs = std::max(1u, std::thread::hardware_concurrency());
  std::uint64_t threads = 0;  ///< 0: chosen
  bool resume = false;
  bool slurm = false;
  bool quiet = false;
};

fs::path sweep_folder(const SweepOptions& options) {
  if (!options.out.empty()) return options.out;
  return fs::path("sweeps") / fs::path(options.experiment).stem();
}

Status check_folder(const fs::path& dir, bool resume) {
  if (SweepStore::holds_sweep(dir) && !resume) {
    return invalid_argument("--out: " + dir.string() +
                            " holds a sweep already; give --resume to continue it, or another folder");
  }
  return ok_status();
}

Result<std::vector<Axis>> parse_axes(const std::vector<std::string>& texts) {
  std::vector<Axis> axes;
  for (const std::string& text : texts) {
    COVEY_ASSIGN_OR_RETURN(Axis axis, parse_axis(text));
    axes.push_back(std::move(axis));
  }
  return axes;
}

/// A folder that cannot be made is a wrong option, found before the first run.
Status make_folder(const fs::path& dir) {
  const Status status = make_directories(dir / "runs");
  return status.ok() ? status : invalid_argument("--out: " + status.message());
}

/// Runs on this machine share its cores; what cores other machines have nobody here knows.
std::size_t threads_of_a_run(const SweepOptions& options) {
  if (options.threads > 0) return options.threads;
  return options.slurm ? 1 : std::max<std::size_t>(1, std::thread::hardware_concurrency() / options.jobs);
}

Status sweep(const SweepOptions& options) {
  if (Ranks::launched()) return invalid_argument("a sweep starts its own processes: run it without mpirun");
  COVEY_ASSIGN_OR_RETURN(
      const config::Experiment base,
      config::load_experiment(options.experiment, options.sets, program::known_names(true)));
  SweepInfo info;
  info.title = fs::path(options.experiment).stem().string();
  info.experiment_toml = config::to_toml(base);
  info.seeds = options.seeds;
  COVEY_ASSIGN_OR_RETURN(info.axes, parse_axes(options.over));
  COVEY_ASSIGN_OR_RETURN(const auto plan, plan_runs(info.axes, base.seed, options.seeds));
  const fs::path dir = fs::absolute(sweep_folder(options));
  COVEY_RETURN_IF_ERROR(check_folder(dir, options.resume));
  COVEY_ASSIGN_OR_RETURN(auto costs, check_cells(options.experiment, options.sets, info.axes, plan));

  COVEY_RETURN_IF_ERROR(make_folder(dir));
  COVEY_ASSIGN_OR_RETURN(const auto store, SweepStore::open(dir, info, plan));
  COVEY_RETURN_IF_ERROR(write_file_atomically(dir / "experiment.toml", as_bytes(info.experiment_toml)));
  COVEY_ASSIGN_OR_RETURN(const std::string job, store->slurm_job());
  if (!options.slurm && !job.empty() && slurm_job_is_active(job))
    return unavailable("Slurm job " + job + " runs this sweep; --slurm --resume follows it");
  const program::StopSignal stop;
  SweepProgress progress(SweepProgress::default_mode(options.quiet), std::move(costs));
  SweepParts parts;
  parts.dir = dir;
  parts.program = fs::read_symlink("/proc/self/exe");
  parts.store = store.get();
  parts.jobs = static_cast<std::size_t>(options.jobs);
  parts.threads = threads_of_a_run(options);
  parts.stop = &stop;
  parts.progress = &progress;
  COVEY_RETURN_IF_ERROR(options.slurm ? run_sweep_on_slurm(parts) : run_sweep(parts));
  if (!options.quiet)
    std::printf("results in %s; covey-sim report %s draws them\n", dir.c_str(), dir.c_str());
  return ok_status();
}

}  // namespace

void add_sweep(program::CommandLine& line) {
  const auto options = std::make_shared<SweepOptions>();
  program::Command command =
      line.add_command("sweep", "Run an experiment for all combinations of some settings.",
                       [options] { return sweep(*options); });
  command.required("EXPERIMENT", options->experiment, "Experiment file (TOML)");
  command.repeated(
      "--over", options->over,
      "section.key=v1,v2,... or section.key=start:stop:step, or keys that change together: a.b+c.d=1+2,3+4; "
      "may be repeated: all combinations");
  command.repeated("--set", options->sets, "section.key=value; overrides the file; may be repeated");
  command.number<std::uint64_t>("--seeds", options->seeds,
                                "Runs of every combination, with the file's seed and those after it", 1,
                                10000);
  command.number<std::uint64_t>("--jobs", options->jobs,
                                "Runs at a time; they share the cores; default: one a core", 1, 1024);
  command.number<std::uint64_t>("--threads", options->threads,
                                "Worker threads of a run; default: its share of the cores, 1 on Slurm", 0,
                                1024);
  command.optional("--out", options->out, "Folder for the results; default sweeps/NAME");
  command.flag("--resume", options->resume, "Continue the sweep in --out; finished runs are kept");
  command.flag("--slurm", options->slurm,
               "Make every run a task of a Slurm job array, and follow it; --out is on a shared disk");
  command.flag("--quiet", options->quiet, "Show no progress");
}

}  // namespace covey::simulator
