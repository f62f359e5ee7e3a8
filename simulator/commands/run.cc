#include <limits>
#include <thread>

#include "common/config/experiment_file.h"
#include "common/learn/exchanged_tensors.h"
#include "common/program/known_names.h"
#include "common/program/startup.h"
#include "common/program/stop_signal.h"
#include "server/curvature_plan.h"
#include "server/run_folder.h"
#include "simulator/commands/commands.h"
#include "simulator/experiment_data.h"
#include "simulator/mpi/worker_rank.h"
#include "simulator/report/class_histogram.h"
#include "simulator/simulation.h"

namespace covey::simulator {

namespace {

struct RunOptions {
  std::string experiment;
  std::vector<std::string> sets;
  std::string out;
  std::string replay;
  std::optional<std::int64_t> seed;
  std::uint64_t threads = 0;  ///< 0: all cores
  bool resume = false;
  bool quiet = false;
  bool print_config = false;
};

Result<config::Experiment> effective_experiment(const RunOptions& options) {
  std::vector<std::string> sets = options.sets;
  if (options.seed) sets.push_back("seed=" + std::to_string(*options.seed));
  return config::load_experiment(options.experiment, sets, program::known_names(true));
}

fs::path output_folder(const RunOptions& options, const config::Experiment& experiment) {
  if (!options.out.empty()) return options.out;
  return fs::path("runs") /
         (fs::path(options.experiment).stem().string() + "-seed" + std::to_string(experiment.seed));
}

Status check_folder(const fs::path& dir, bool resume) {
  COVEY_ASSIGN_OR_RETURN(const bool holds_run, server::RunFolder::holds_run(dir));
  if (holds_run && !resume) {
    return invalid_argument("--out: " + dir.string() +
                            " holds a run already; give --resume to continue it, or another folder");
  }
  return ok_status();
}

/// A text file in the results of a replay: the record whose members it trains, so that --resume does too.
constexpr const char* kReplayFile = "replayed.txt";

/// The record to replay: that of the command line, or of the run that is resumed; empty for neither.
Result<std::string> replayed_record(const RunOptions& options, const fs::path& dir) {
  if (!options.replay.empty()) return fs::absolute(options.replay).string();
  if (!options.resume || !fs::exists(dir / kReplayFile)) return std::string();
  return read_text_file(dir / kReplayFile);
}

/// Where the record differs from the experiment, apart from where each found its data and its first model.
Status check_recorded(const store::RunInfo& recorded, const std::string& path,
                      config::Experiment experiment) {
  COVEY_ASSIGN_OR_RETURN(config::Experiment other,
                         config::parse_experiment(recorded.experiment_toml, path, {}, {}));
  other.data.path = experiment.data.path;
  other.model.start = experiment.model.start;
  const auto difference = config::first_difference(other, experiment);
  if (!difference) return ok_status();
  return invalid_argument("--replay: " + path + " records another experiment: " + *difference);
}

/// A recorded run fixes the membership of every round; empty without --replay.
Result<std::shared_ptr<const server::Selector>> selector(const std::string& record,
                                                         const config::Experiment& experiment) {
  if (record.empty()) return std::shared_ptr<const server::Selector>();
  COVEY_ASSIGN_OR_RETURN(const auto recorded, store::RunStore::open_read_only(record));
  COVEY_RETURN_IF_ERROR(check_recorded(recorded->info(), record, experiment));
  COVEY_ASSIGN_OR_RETURN(const auto rounds, recorded->recorded_rounds());
  if (rounds.size() < static_cast<std::size_t>(experiment.federation.rounds)) {
    return invalid_argument("--replay: " + record + " has " + std::to_string(rounds.size()) +
                            " committed rounds; the experiment asks for " +
                            std::to_string(experiment.federation.rounds));
  }
  std::vector<server::RecordedRound> membership;
  for (const store::RecordedRound& round : rounds) {
    server::RecordedRound members{round.attempt, {}};
    for (const store::Seat& seat : round.present) members.present.push_back({seat.slot, seat.user});
    membership.push_back(std::move(members));
  }
  return std::shared_ptr<const server::Selector>(server::make_recorded_selector(std::move(membership)));
}

/// Ranks on one machine share its cores.
std::size_t threads_of(const RunOptions& options, const Ranks* ranks) {
  if (options.threads > 0) return options.threads;
  const std::size_t sharers = ranks == nullptr ? 1 : static_cast<std::size_t>(ranks->size_here());
  return std::max<std::size_t>(1, std::thread::hardware_concurrency() / sharers);
}

/// All that a rank but 0 does. It stops when rank 0 does, and not before: signals reach all ranks.
Status serve(Ranks& ranks, const config::Experiment& experiment, std::size_t threads, const Logger& logger) {
  const program::StopSignal stop;
  const Result<ExperimentData> loaded = load_experiment_data(experiment);
  if (!loaded.ok()) return serve_failure(ranks, loaded.status());
  const UserData users = make_user_data(experiment, loaded->dataset, loaded->partition);
  const auto tasks = serve_tasks(ranks, loaded->setup(experiment), users, threads);
  if (!tasks.ok()) return tasks.status();  // tasks that it took have no answer: leaving ends all ranks
  logger->info("rank={} trained {} tasks", ranks.rank(), *tasks);
  return ok_status();
}

Status run(const RunOptions& options, const std::string& log_level, char** argv) {
  COVEY_ASSIGN_OR_RETURN(const config::Experiment experiment, effective_experiment(options));
  if (options.print_config) {
    std::fputs(config::to_toml(experiment).c_str(), stdout);
    return ok_status();
  }
  COVEY_RETURN_IF_ERROR(program::pin_numerics(experiment.numerics, argv));
  COVEY_ASSIGN_OR_RETURN(const Logger logger, make_logger("covey-sim", log_level));
  std::unique_ptr<Ranks> ranks;
  if (Ranks::launched()) {
    COVEY_ASSIGN_OR_RETURN(ranks, Ranks::join());
    if (ranks->rank() > 0) return serve(*ranks, experiment, threads_of(options, ranks.get()), logger);
  }
  const fs::path dir = output_folder(options, experiment);
  COVEY_RETURN_IF_ERROR(check_folder(dir, options.resume));
  COVEY_ASSIGN_OR_RETURN(const ExperimentData loaded, load_experiment_data(experiment));
  if (const std::string advice = program::blas_advice(); !advice.empty()) logger->warn("{}", advice);

  COVEY_ASSIGN_OR_RETURN(const std::string record, replayed_record(options, dir));
  COVEY_ASSIGN_OR_RETURN(const auto membership, selector(record, experiment));
  const auto users = static_cast<std::uint32_t>(experiment.federation.users);
  COVEY_ASSIGN_OR_RETURN(auto devices, make_device_profiles(experiment.devices, users, experiment.seed));
  const learn::TrainingSetup setup = loaded.setup(experiment);
  // First: what no model can be made of leaves no folder behind.
  const auto trainer = learn::LocalTrainer::make(setup);
  if (!trainer.ok()) return trainer.status().with_context(options.experiment);
  const Layout exchanged = learn::exchanged_layout((*trainer)->layout(), experiment);
  COVEY_RETURN_IF_ERROR(server::check_plans(experiment, exchanged, loaded.partition.server.size())
                            .with_context(options.experiment));
  COVEY_RETURN_IF_ERROR(server::RunFolder::check_first_model(dir, experiment, (*trainer)->layout()));
  COVEY_ASSIGN_OR_RETURN(const auto folder,
                         server::RunFolder::open(dir, setup, program::Progress::default_mode(options.quiet)));
  COVEY_RETURN_IF_ERROR(
      write_file_atomically(dir / "partition.json", as_bytes(to_json(class_histogram(loaded)))));
  if (!record.empty()) COVEY_RETURN_IF_ERROR(write_file_atomically(dir / kReplayFile, as_bytes(record)));
  const program::StopSignal stop;
  SimulationParts parts;
  parts.experiment = experiment;
  parts.setup = setup;
  parts.dataset = &loaded.dataset;
  parts.partition = &loaded.partition;
  parts.store = &folder->store();
  parts.threads = threads_of(options, ranks.get());
  parts.ranks = ranks.get();
  parts.selector = membership;
  parts.devices = std::move(devices);
  parts.observer = folder.get();
  parts.stop_requested = [&stop] { return stop.requested(); };
  parts.logger = logger;
  COVEY_ASSIGN_OR_RETURN(const auto simulation, Simulation::make(std::move(parts)));
  COVEY_RETURN_IF_ERROR(simulation->run());
  if (!simulation->engine().finished()) {
    return unavailable("stopped; continue with --resume --out " + dir.string());
  }
  COVEY_RETURN_IF_ERROR(folder->finish(simulation->engine(), loaded.partition.r_achieved, false));
  if (!options.quiet) std::printf("results in %s\n", dir.c_str());
  return ok_status();
}

}  // namespace

void add_run(program::CommandLine& line, char** argv) {
  const auto options = std::make_shared<RunOptions>();
  program::Command command =
      line.add_command("run", "Run one experiment from start to end.",
                       [options, &line, argv] { return run(*options, line.log_level(), argv); });
  command.required("EXPERIMENT", options->experiment, "Experiment file (TOML)");
  command.repeated("--set", options->sets, "section.key=value; overrides the file; may be repeated");
  command.optional("--out", options->out, "Folder for the results; default runs/NAME-seedN");
  command.number("--seed", options->seed, "Overrides the file's seed");
  command.number<std::uint64_t>("--threads", options->threads,
                                "Worker threads; changes no bit of the result; default: all cores", 1, 1024);
  command.optional_path("--replay", options->replay,
                        "run.sqlite of a deployed run: repeat it with the members that counted");
  command.flag("--resume", options->resume, "Continue the run in --out");
  command.flag("--quiet", options->quiet, "Show no progress");
  command.flag("--print-config", options->print_config, "Print the effective experiment and stop");
}

}  // namespace covey::simulator
