#include "server/run_folder.h"

#include <algorithm>
#include <numeric>

#include "common/config/experiment_file.h"
#include "common/learn/client_setup.h"
#include "common/learn/objective.h"
#include "common/program/startup.h"
#include "common/program/summary.h"
#include "common/security/keys.h"
#include "common/store/safetensors.h"
#include "server/stored_model.h"

namespace covey::server {

namespace {

Digest random_run_id() {
  Digest id;
  const security::SecretKey random = security::SecretKey::random();
  std::copy(random.bytes().begin(), random.bytes().end(), id.bytes.begin());
  return id;
}

/// What identifies the run: as stored where `dir` holds a run of the same experiment, whatever its file
/// looked like.
Result<store::RunInfo> run_info(const fs::path& dir, const config::Experiment& experiment) {
  COVEY_ASSIGN_OR_RETURN(auto stored, store::RunStore::stored_run(dir));
  if (!stored) {
    return store::RunInfo{config::to_toml(experiment), config::experiment_sha256(experiment), random_run_id(),
                          program::numeric_profile()};
  }
  // It was written by this program or another version of it, so it is checked like any file.
  COVEY_ASSIGN_OR_RETURN(
      const config::Experiment other,
      config::parse_experiment(stored->experiment_toml, (dir / "run.sqlite").string(), {}, {}));
  if (const auto difference = config::first_difference(other, experiment)) {
    return invalid_argument(dir.string() + " holds the run of another experiment: " + *difference);
  }
  return *stored;
}

double smallest_share(const std::vector<std::uint64_t>& labels) {
  const auto total = std::accumulate(labels.begin(), labels.end(), std::uint64_t{0});
  if (total == 0) return 0;
  return static_cast<double>(*std::min_element(labels.begin(), labels.end())) / static_cast<double>(total);
}

}  // namespace

Result<bool> RunFolder::holds_run(const fs::path& dir) {
  COVEY_ASSIGN_OR_RETURN(const auto stored, store::RunStore::stored_run(dir));
  return stored.has_value();
}

Status RunFolder::check_first_model(const fs::path& dir, const config::Experiment& experiment,
                                    const Layout& full) {
  COVEY_ASSIGN_OR_RETURN(const bool begun, holds_run(dir));
  if (begun || experiment.model.start.empty()) return ok_status();
  return read_first_model(experiment.model.start, full).status();
}

Result<std::unique_ptr<RunFolder>> RunFolder::open(const fs::path& dir, const learn::TrainingSetup& setup,
                                                   program::Progress::Mode mode) {
  const config::Experiment& experiment = setup.experiment;
  COVEY_ASSIGN_OR_RETURN(const store::RunInfo info, run_info(dir, experiment));
  COVEY_ASSIGN_OR_RETURN(auto store, store::RunStore::open(dir, info));
  const std::string settings = config::client_settings_to_toml(learn::client_settings(setup));
  COVEY_RETURN_IF_ERROR(write_file_atomically(dir / "experiment.toml", as_bytes(info.experiment_toml)));
  COVEY_RETURN_IF_ERROR(write_file_atomically(dir / "settings.toml", as_bytes(settings)));
  COVEY_ASSIGN_OR_RETURN(const store::RunTotals totals, store->totals());
  COVEY_ASSIGN_OR_RETURN(const auto objective,
                         learn::make_objective(experiment.training.objective, setup.spec));
  const bool users_guess = objective->labels() == learn::LabelSource::kGuessed;
  return std::unique_ptr<RunFolder>(
      new RunFolder(dir, experiment, users_guess, std::move(store), mode, totals));
}

RunFolder::RunFolder(fs::path dir, config::Experiment experiment, bool users_guess,
                     std::unique_ptr<store::RunStore> store, program::Progress::Mode mode,
                     const store::RunTotals& totals)
    : dir_(std::move(dir)),
      experiment_(std::move(experiment)),
      users_guess_(users_guess),
      store_(std::move(store)),
      progress_(mode, totals.rounds),
      bytes_(totals.bytes_up + totals.bytes_down) {}

void RunFolder::committed(const store::RoundRecord& record) {
  const store::RoundFigures& f = record.figures;
  bytes_ += f.bytes_up + f.bytes_down;
  line_.round = record.state.round + 1;
  line_.rounds = static_cast<std::uint32_t>(experiment_.federation.rounds);
  line_.guesses = users_guess_ && record.state.round >= experiment_.federation.warmup_rounds;
  line_.mask_rate = f.mask_rate;
  line_.smallest_class_share = smallest_share(f.pseudo_labels);
  line_.bytes = bytes_;
  line_.counted = record.counted;
  line_.drawn = record.drawn;
  unevaluated_[record.state.round] = line_;
  progress_.show(line_, false);
}

void RunFolder::evaluated(const store::Evaluation& evaluation) {
  line_.accuracy = evaluation.accuracy;
  const auto found = unevaluated_.find(evaluation.round);
  if (found == unevaluated_.end()) return;  // of a round that an earlier start committed
  program::RoundLine line = found->second;
  line.accuracy = evaluation.accuracy;
  unevaluated_.erase(unevaluated_.begin(), std::next(found));
  progress_.show(line, true);
}

Status RunFolder::finish(const Engine& engine, std::optional<double> r_achieved, bool deployed) {
  progress_.finish();
  COVEY_ASSIGN_OR_RETURN(const Values model, engine.tested_model());
  const Bytes file = store::write_safetensors(engine.full_layout(), model);
  COVEY_RETURN_IF_ERROR(write_file_atomically(dir_ / "model.safetensors", file));

  program::Summary summary;
  COVEY_ASSIGN_OR_RETURN(const auto rounds, store_->rounds());
  for (const store::RoundRecord& round : rounds) {
    if (!round.evaluation) continue;
    summary.accuracy = round.evaluation->accuracy;
    summary.accuracy_as_sent = round.evaluation->accuracy_as_sent;
    summary.best_accuracy = std::max(summary.best_accuracy, round.evaluation->accuracy);
  }
  COVEY_ASSIGN_OR_RETURN(const store::RunTotals totals, store_->totals());
  summary.rounds = totals.rounds;
  summary.r_asked = experiment_.federation.noniid;
  summary.r_achieved = r_achieved;
  summary.bytes_up = totals.bytes_up;
  summary.bytes_down = totals.bytes_down;
  summary.bytes_up_fp32 = totals.bytes_up_fp32;
  summary.bytes_down_fp32 = totals.bytes_down_fp32;
  if (deployed) summary.wire_bytes_up = totals.wire_bytes_up;
  if (deployed) summary.wire_bytes_down = totals.wire_bytes_down;
  summary.images_trained = totals.images;
  summary.seconds = totals.seconds;
  if (totals.seconds > 0) summary.images_per_second = static_cast<double>(totals.images) / totals.seconds;
  summary.peak_rss_bytes = program::peak_rss_bytes();
  summary.seed = experiment_.seed;
  summary.model_sha256 = sha256(file).hex();
  summary.numeric_profile = store_->info().numeric_profile;
  summary.experiment_sha256 = store_->info().experiment_sha256.hex();
  return program::write_summary(summary, dir_ / "summary.json");
}

}  // namespace covey::server
