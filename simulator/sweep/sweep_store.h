#pragma once

#include <memory>
#include <optional>

#include "common/store/database.h"
#include "common/store/directory_lock.h"
#include "simulator/sweep/grid.h"

namespace covey::simulator {

/// What a sweep is. Written once, when its folder is made.
struct SweepInfo {
  std::string title;            ///< the experiment file's name without its ending
  std::string experiment_toml;  ///< effective, complete; the runs override it
  std::vector<Axis> axes;
  std::uint64_t seeds = 1;  ///< runs of every combination
};

enum class RunState { kWaiting, kStarted, kDone, kFailed };

struct SweepRun {
  PlannedRun plan;
  RunState state = RunState::kWaiting;
  std::string reason;  ///< why it failed
};

/// DIR/sweep.sqlite: every run of a sweep with all its rounds. A finished run is one transaction.
///
/// One process writes at a time; a second one is refused with kUnavailable. Readers may come at any time.
class SweepStore {
 public:
  /// Makes the sweep, or continues the one that is there.
  ///   errors  kInvalidArgument: another sweep, saying in what it differs; kUnavailable: in use; kCorrupt
  static Result<std::unique_ptr<SweepStore>> open(const fs::path& dir, const SweepInfo& info,
                                                  const std::vector<PlannedRun>& plan);
  static Result<std::unique_ptr<const SweepStore>> open_read_only(const fs::path& dir);
  /// Is there a sweep in `dir`?
  static bool holds_sweep(const fs::path& dir);

  const SweepInfo& info() const { return info_; }
  /// In order of id.
  Result<std::vector<SweepRun>> runs() const;

  Status record_started(std::uint32_t id);
  /// Durable when it returns. The run's values and seed are those of its plan.
  Status record_done(std::uint32_t id, const RunResult& result);
  Status record_failed(std::uint32_t id, const std::string& reason);

  /// The Slurm job that runs the sweep; empty when there is none.
  Result<std::string> slurm_job() const;
  Status record_slurm_job(const std::string& id);

  /// All that has ended.
  Result<Results> results() const;

 private:
  SweepStore(std::optional<store::DirectoryLock> lock, store::Database database);
  Status create(const SweepInfo& info, const std::vector<PlannedRun>& plan);
  Result<std::optional<SweepInfo>> load_info() const;
  Result<std::vector<Axis>> load_axes() const;
  Result<std::vector<std::string>> values_of(std::uint32_t id) const;
  Result<RunResult> result_of(const PlannedRun& plan) const;
  Result<std::vector<store::RoundRecord>> rounds_of(std::uint32_t id) const;
  Status insert_round(std::uint32_t id, const store::RoundRecord& round);
  Status set_state(std::uint32_t id, RunState state, const std::string& reason);

  std::optional<store::DirectoryLock> lock_;  ///< empty in a reader
  store::Database database_;
  SweepInfo info_;
};

}  // namespace covey::simulator
