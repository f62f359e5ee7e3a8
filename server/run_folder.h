#pragma once

#include <memory>
#include <optional>

#include "common/config/client_settings.h"
#include "common/program/progress.h"
#include "common/store/run_store.h"
#include "server/engine.h"

namespace covey::server {

/// The folder that a run leaves, the same from `covey-sim run` and from the coordinator:
///   experiment.toml    the effective experiment
///   settings.toml      what clients are told: with it the model can be built without the data
///   run.sqlite, blobs/ every round, member, byte and second; committed models
///   model.safetensors, summary.json   once the run has ended
/// While the run goes on it shows the progress.
class RunFolder final : public EngineObserver {
 public:
  /// Makes the folder, or continues the run in it.
  ///   errors  kInvalidArgument naming the first key in which the folder's experiment differs
  static Result<std::unique_ptr<RunFolder>> open(const fs::path& dir, const learn::TrainingSetup& setup,
                                                 program::Progress::Mode mode);
  /// Is there a run in `dir`?
  static Result<bool> holds_run(const fs::path& dir);
  /// That a run can begin in `dir`, or goes on there: errors are those of read_first_model.
  static Status check_first_model(const fs::path& dir, const config::Experiment& experiment,
                                  const Layout& full);

  store::RunStore& store() { return *store_; }

  void committed(const store::RoundRecord& record) override;
  void evaluated(const store::Evaluation& evaluation) override;

  /// Writes model.safetensors and summary.json from what is committed.
  ///   r_achieved  empty where nobody knows it
  ///   deployed    bytes went over sockets
  Status finish(const Engine& engine, std::optional<double> r_achieved, bool deployed);

 private:
  RunFolder(fs::path dir, config::Experiment experiment, bool users_guess,
            std::unique_ptr<store::RunStore> store, program::Progress::Mode mode,
            const store::RunTotals& totals);

  fs::path dir_;
  config::Experiment experiment_;
  bool users_guess_;  ///< labels
  std::unique_ptr<store::RunStore> store_;
  program::Progress progress_;
  std::uint64_t bytes_ = 0;  ///< so far, both directions
  program::RoundLine line_;
  std::map<std::uint32_t, program::RoundLine> unevaluated_;
};

}  // namespace covey::server
