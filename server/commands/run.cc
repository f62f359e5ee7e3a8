#include <malloc.h>

#include <cstdio>
#include <thread>

#include "common/config/experiment_file.h"
#include "common/learn/exchanged_tensors.h"
#include "common/learn/probe.h"
#include "common/learn/task.h"
#include "common/program/known_names.h"
#include "common/program/startup.h"
#include "common/store/directory_lock.h"
#include "server/commands/commands.h"
#include "server/coordinator.h"
#include "server/curvature_plan.h"
#include "server/run_folder.h"

namespace covey::server {

namespace {

struct RunOptions {
  std::string dir;
  std::string experiment;
  std::vector<std::string> sets;
  std::string listen = "tcp://*:7170";
  std::uint64_t threads = std::max(1u, std::thread::hardware_concurrency());
  bool quiet = false;
};

Result<config::Experiment> deployable_experiment(const RunOptions& options) {
  COVEY_ASSIGN_OR_RETURN(
      config::Experiment experiment,
      config::load_experiment(options.experiment, options.sets, program::known_names(true)));
  if (experiment.training.optimizer_state == "slot") {
    return invalid_argument(
        options.experiment +
        ": training.optimizer_state: \"slot\" moves state between users, which only covey-sim can do, "
        "allowed here: reset, user");
  }
  if (experiment.federation.labels_at == "users") {
    return invalid_argument(options.experiment +
                            ": federation.labels_at: \"users\" needs labelled users, which only covey-sim "
                            "has, allowed here: server");
  }
  return experiment;
}

/// Devices have no labels, so they can only be asked for what needs none.
Status check_objective(const config::Experiment& experiment, const data::DataSpec& spec) {
  COVEY_ASSIGN_OR_RETURN(const auto objective, learn::make_objective(experiment.training.objective, spec));
  COVEY_ASSIGN_OR_RETURN(const auto task, learn::make_task(spec));
  if (objective->labels() != learn::LabelSource::kTrue || task->answers() == learn::Answers::kSamples ||
      experiment.federation.warmup_rounds == experiment.federation.rounds)
    return ok_status();
  const bool annotated = task->answers() == learn::Answers::kAnnotated;
  return invalid_argument("training.objective: \"" + experiment.training.objective +
                          "\" needs labelled users, which only covey-sim has, allowed here: " +
                          (annotated ? "contrastive" : "consistency, self-training"));
}

Result<Digest> probe_of_this_machine(const learn::TrainingSetup& setup, const fs::path& dir,
                                     std::size_t labelled) {
  COVEY_ASSIGN_OR_RETURN(const auto trainer, learn::LocalTrainer::make(setup));
  const Layout exchanged = learn::exchanged_layout(trainer->layout(), setup.experiment);
  COVEY_RETURN_IF_ERROR(check_plans(setup.experiment, exchanged, labelled));
  COVEY_RETURN_IF_ERROR(RunFolder::check_first_model(dir, setup.experiment, trainer->layout()));
  return learn::numeric_probe(*trainer, setup);
}

Status run(const RunOptions& options, const std::string& log_level, char** argv) {
  COVEY_ASSIGN_OR_RETURN(const config::Experiment experiment, deployable_experiment(options));
  COVEY_RETURN_IF_ERROR(program::pin_numerics(experiment.numerics, argv));
  COVEY_ASSIGN_OR_RETURN(const Logger logger, make_logger("covey-coordinator", log_level));
  COVEY_ASSIGN_OR_RETURN(const Identity identity, load_identity(options.dir));
  COVEY_ASSIGN_OR_RETURN(store::EnrolmentStore enrolment, open_enrolment(options.dir));
  COVEY_ASSIGN_OR_RETURN(const data::ServerData data,
                         data::load_server_data(experiment.data, experiment.federation, experiment.seed));
  COVEY_RETURN_IF_ERROR(check_objective(experiment, data).with_context(options.experiment));
  if (const std::string advice = program::blas_advice(); !advice.empty()) logger->warn("{}", advice);

  const learn::TrainingSetup setup{experiment, data};
  // First: what no model can be made of leaves no folder behind.
  const auto probe = probe_of_this_machine(setup, run_folder_of(options.dir), data.labelled.size());
  if (!probe.ok()) return probe.status().with_context(options.experiment);
  ::malloc_trim(0);  // else the probe's copies of the model stay, in pieces, beside those of the rounds
  COVEY_ASSIGN_OR_RETURN(const auto folder, RunFolder::open(run_folder_of(options.dir), setup,
                                                            program::Progress::default_mode(options.quiet)));
  const program::StopSignal stop;
  CoordinatorParts parts;
  parts.experiment = experiment;
  parts.setup = setup;
  parts.data = &data;
  parts.run = &folder->store();
  parts.enrolment = &enrolment;
  parts.identity = identity;
  parts.probe = *probe;
  parts.listen = options.listen;
  parts.spool = run_folder_of(options.dir) / "spool";
  parts.threads = options.threads;
  parts.stop = &stop;
  parts.observer = folder.get();
  parts.logger = logger;
  COVEY_ASSIGN_OR_RETURN(const auto coordinator, Coordinator::make(std::move(parts)));
  logger->info("listening on {}", coordinator->endpoint());
  COVEY_RETURN_IF_ERROR(
      write_file_atomically(endpoint_file_of(options.dir), as_bytes(coordinator->endpoint())));
  COVEY_RETURN_IF_ERROR(coordinator->run());
  if (!coordinator->engine().finished()) return unavailable("stopped; the same command continues the run");
  return folder->finish(coordinator->engine(), std::nullopt, true);
}

}  // namespace

void add_run(program::CommandLine& line, char** argv) {
  const auto options = std::make_shared<RunOptions>();
  program::Command command =
      line.add_command("run", "Run an experiment with the enrolled devices, or continue it.",
                       [options, &line, argv] { return run(*options, line.log_level(), argv); });
  command.required("DIR", options->dir, "Coordinator's folder");
  command.required("--experiment", options->experiment, "Experiment file (TOML)");
  command.repeated("--set", options->sets, "section.key=value; overrides the file; may be repeated");
  command.optional("--listen", options->listen, "Address for the devices; port * takes a free one");
  command.number<std::uint64_t>("--threads", options->threads,
                                "Worker threads; changes no bit of the result; default: all cores", 1, 1024);
  command.flag("--quiet", options->quiet, "Show no progress");
}

}  // namespace covey::server
