#pragma once

#include "common/program/stop_signal.h"
#include "simulator/sweep/sweep_progress.h"

namespace covey::simulator {

struct SweepParts {
  fs::path dir;      ///< of the sweep
  fs::path program;  ///< covey-sim
  SweepStore* store = nullptr;
  std::size_t jobs = 1;     ///< runs at a time, each a process of its own
  std::size_t threads = 1;  ///< worker threads of a run
  const program::StopSignal* stop = nullptr;
  SweepProgress* progress = nullptr;
};

/// Runs what has not been done yet, failed runs once more. A run that was under way when an earlier process
/// ended goes on from its last committed round.
///   errors  kInternal: some runs failed, with their number; their reasons are in the store and were shown
///           kUnavailable: a stop was requested
Status run_sweep(const SweepParts& parts);

/// The folder of one run below that of its sweep. Only the model, the summary and the experiment stay in it
/// when the run is done.
fs::path run_folder_of(const fs::path& sweep, std::uint32_t id);

/// The command that runs one run of the sweep, or continues it.
std::vector<std::string> run_command(const SweepParts& parts, const SweepInfo& info, const PlannedRun& run);

/// Where a run's standard error goes.
fs::path log_of(const fs::path& sweep, std::uint32_t id);

/// Takes what a run left behind when its process ended into the store, shows it, and removes what is stored
/// twice. Returns whether the run was done.
Result<bool> take_ended_run(const SweepParts& parts, const PlannedRun& run, int exit_code);

/// The runs that have to be run, and tells the progress of the others.
Result<std::vector<PlannedRun>> runs_to_do(const SweepParts& parts);

/// OK when no run of the sweep failed.
Status check_failures(const SweepStore& store);

}  // namespace covey::simulator
