#include "simulator/sweep/sweep_store.h"

#include "common/config/experiment_file.h"
#include "common/store/statement.h"
#include "simulator/report/class_histogram.h"
#include "simulator/sweep/sweep_schema.h"

namespace covey::simulator {

namespace {

using store::Statement;

constexpr const char* kDatabaseName = "sweep.sqlite";

const char* name_of(RunState state) {
  switch (state) {
    case RunState::kWaiting:
      return "waiting";
    case RunState::kStarted:
      return "started";
    case RunState::kDone:
      return "done";
    case RunState::kFailed:
      return "failed";
  }
  return "waiting";
}

Result<RunState> run_state(const std::string& name) {
  for (const RunState state : {RunState::kWaiting, RunState::kStarted, RunState::kDone, RunState::kFailed})
    if (name == name_of(state)) return state;
  return corrupt("a run has the unknown state '" + name + "'");
}

std::string axes_text(const std::vector<Axis>& axes) {
  std::string text;
  for (const Axis& axis : axes) {
    text += (text.empty() ? "" : " ") + axis.key + "=";
    for (std::size_t i = 0; i < axis.values.size(); ++i) text += (i == 0 ? "" : ",") + axis.values[i];
  }
  return text.empty() ? "nothing" : text;
}

Status check_same(const fs::path& dir, const SweepInfo& stored, const SweepInfo& asked) {
  const auto differs = [&](const std::string& what) {
    return invalid_argument(dir.string() + " holds another sweep: " + what);
  };
  if (axes_text(stored.axes) != axes_text(asked.axes))
    return differs("over " + axes_text(stored.axes) + ", not over " + axes_text(asked.axes));
  if (stored.seeds != asked.seeds)
    return differs(std::to_string(stored.seeds) + " seeds, not " + std::to_string(asked.seeds));
  // The stored one may be that of another version of this program, which had other keys.
  const std::string source = (dir / kDatabaseName).string();
  COVEY_ASSIGN_OR_RETURN(const auto ours, config::parse_experiment(stored.experiment_toml, source, {}, {}));
  COVEY_ASSIGN_OR_RETURN(const auto theirs, config::parse_experiment(asked.experiment_toml, source, {}, {}));
  if (const auto difference = config::first_difference(ours, theirs)) return differs(*difference);
  return ok_status();
}

}  // namespace

SweepStore::SweepStore(std::optional<store::DirectoryLock> lock, store::Database database)
    : lock_(std::move(lock)), database_(std::move(database)) {}

bool SweepStore::holds_sweep(const fs::path& dir) {
  std::error_code ignored;  // what cannot be examined cannot be opened either, and that is reported
  return fs::exists(dir / kDatabaseName, ignored);
}

Result<std::unique_ptr<SweepStore>> SweepStore::open(const fs::path& dir, const SweepInfo& info,
                                                     const std::vector<PlannedRun>& plan) {
  COVEY_ASSIGN_OR_RETURN(auto lock, store::DirectoryLock::acquire(dir));
  COVEY_ASSIGN_OR_RETURN(auto database, store::Database::open(dir / kDatabaseName, sweep_migrations()));
  std::unique_ptr<SweepStore> sweep(new SweepStore(std::move(lock), std::move(database)));
  COVEY_ASSIGN_OR_RETURN(const auto stored, sweep->load_info());
  if (stored) {
    COVEY_RETURN_IF_ERROR(check_same(dir, *stored, info));
  } else {
    COVEY_RETURN_IF_ERROR(sweep->create(info, plan));
  }
  sweep->info_ = info;
  return sweep;
}

Result<std::unique_ptr<const SweepStore>> SweepStore::open_read_only(const fs::path& dir) {
  COVEY_ASSIGN_OR_RETURN(auto database, store::Database::open_read_only(dir / kDatabaseName));
  COVEY_RETURN_IF_ERROR(database.require_schema(sweep_migrations()));
  std::unique_ptr<SweepStore> sweep(new SweepStore(std::nullopt, std::move(database)));
  COVEY_ASSIGN_OR_RETURN(auto stored, sweep->load_info());
  if (!stored) return not_found(dir.string() + ": holds no sweep yet");
  sweep->info_ = *std::move(stored);
  return std::unique_ptr<const SweepStore>(std::move(sweep));
}

// ---- what the sweep is

Status SweepStore::create(const SweepInfo& info, const std::vector<PlannedRun>& plan) {
  return in_transaction(database_, [&]() -> Status {
    const auto add_meta = [&](const char* key, const std::string& value) {
      return Statement(database_, "INSERT INTO meta (key, value) VALUES (?, ?)", key, value).run();
    };
    COVEY_RETURN_IF_ERROR(add_meta("title", info.title));
    COVEY_RETURN_IF_ERROR(add_meta("experiment", info.experiment_toml));
    COVEY_RETURN_IF_ERROR(add_meta("seeds", std::to_string(info.seeds)));
    for (std::uint32_t a = 0; a < info.axes.size(); ++a) {
      for (std::uint32_t i = 0; i < info.axes[a].values.size(); ++i) {
        COVEY_RETURN_IF_ERROR(Statement(database_,
                                        "INSERT INTO axes (axis, position, key, value) VALUES (?, ?, ?, ?)",
                                        a, i, info.axes[a].key, info.axes[a].values[i])
                                  .run());
      }
    }
    for (const PlannedRun& run : plan) {
      COVEY_RETURN_IF_ERROR(
          Statement(database_, "INSERT INTO runs (id, seed) VALUES (?, ?)", run.id, run.seed).run());
      for (std::uint32_t a = 0; a < info.axes.size(); ++a) {
        COVEY_RETURN_IF_ERROR(Statement(database_,
                                        "INSERT INTO run_values (run, axis, key, value) VALUES (?, ?, ?, ?)",
                                        run.id, a, info.axes[a].key, run.values[a])
                                  .run());
      }
    }
    return ok_status();
  });
}

Result<std::optional<SweepInfo>> SweepStore::load_info() const {
  SweepInfo info;
  bool any = false;
  Statement rows(database_, "SELECT key, value FROM meta");
  while (rows.next()) {
    any = true;
    const std::string key = rows.text();
    const std::string value = rows.text();
    if (key == "title") info.title = value;
    if (key == "experiment") info.experiment_toml = value;
    if (key == "seeds") info.seeds = std::strtoull(value.c_str(), nullptr, 10);
  }
  COVEY_RETURN_IF_ERROR(rows.status());
  if (!any) return std::optional<SweepInfo>();
  COVEY_ASSIGN_OR_RETURN(info.axes, load_axes());
  return std::optional<SweepInfo>(std::move(info));
}

Result<std::vector<Axis>> SweepStore::load_axes() const {
  std::vector<Axis> axes;
  Statement rows(database_, "SELECT axis, key, value FROM axes ORDER BY axis, position");
  while (rows.next()) {
    const std::uint32_t axis = rows.u32();
    const std::string key = rows.text();
    if (axis >= axes.size()) axes.push_back({key, {}});
    axes.back().values.push_back(rows.text());
  }
  COVEY_RETURN_IF_ERROR(rows.status());
  return axes;
}

// ---- its runs

Result<std::vector<SweepRun>> SweepStore::runs() const {
  std::vector<SweepRun> runs;
  Statement rows(database_, "SELECT id, seed, state, reason FROM runs ORDER BY id");
  while (rows.next()) {
    SweepRun run;
    run.plan.id = rows.u32();
    run.plan.seed = rows.u64();
    COVEY_ASSIGN_OR_RETURN(run.state, run_state(rows.text()));
    run.reason = rows.text();
    COVEY_ASSIGN_OR_RETURN(run.plan.values, values_of(run.plan.id));
    runs.push_back(std::move(run));
  }
  COVEY_RETURN_IF_ERROR(rows.status());
  return runs;
}

Result<std::vector<std::string>> SweepStore::values_of(std::uint32_t id) const {
  std::vector<std::string> values;
  Statement rows(database_, "SELECT value FROM run_values WHERE run = ? ORDER BY axis", id);
  while (rows.next()) values.push_back(rows.text());
  COVEY_RETURN_IF_ERROR(rows.status());
  return values;
}

Status SweepStore::set_state(std::uint32_t id, RunState state, const std::string& reason) {
  COVEY_RETURN_IF_ERROR(
      Statement(database_,
                "UPDATE runs SET state = ?, reason = ?, ended_at = iif(?, unixepoch(), NULL) WHERE id = ?",
                name_of(state), reason, state != RunState::kStarted, id)
          .run());
  if (database_.changed_rows() == 1) return ok_status();
  return internal_error("the sweep has no run " + std::to_string(id));
}

Status SweepStore::record_started(std::uint32_t id) {
  return set_state(id, RunState::kStarted, "");
}

Status SweepStore::record_failed(std::uint32_t id, const std::string& reason) {
  return set_state(id, RunState::kFailed, reason);
}

Status SweepStore::record_done(std::uint32_t id, const RunResult& result) {
  return in_transaction(database_, [&]() -> Status {
    COVEY_RETURN_IF_ERROR(set_state(id, RunState::kDone, ""));
    COVEY_RETURN_IF_ERROR(Statement(database_, "UPDATE runs SET summary = ?, partition = ? WHERE id = ?",
                                    program::to_json(result.summary),
                                    result.partition ? to_json(*result.partition) : std::string(), id)
                              .run());
    for (const store::RoundRecord& round : result.rounds) COVEY_RETURN_IF_ERROR(insert_round(id, round));
    return ok_status();
  });
}

Status SweepStore::insert_round(std::uint32_t id, const store::RoundRecord& round) {
  const store::RoundFigures& f = round.figures;
  const auto& e = round.evaluation;
  COVEY_RETURN_IF_ERROR(
      Statement(
          database_,
          "INSERT INTO rounds (run, round, seconds, virtual_seconds, server_loss, user_loss, mask_rate, "
          "images, bytes_up, bytes_down, bytes_up_fp32, bytes_down_fp32, drawn, counted, "
          "pseudo_labels, evaluated, accuracy, loss, accuracy_as_sent) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          id, round.state.round, f.seconds, f.virtual_seconds, f.server_loss, f.user_loss, f.mask_rate,
          f.images, f.bytes_up, f.bytes_down, f.bytes_up_fp32, f.bytes_down_fp32, round.drawn, round.counted,
          store::counts_text(f.pseudo_labels), e.has_value(),
          e ? std::optional<double>(e->accuracy) : std::nullopt,
          e ? std::optional<double>(e->loss) : std::nullopt,
          e ? e->accuracy_as_sent : std::optional<double>())
          .run());
  for (const store::TensorTrace& trace : f.curvature) {
    COVEY_RETURN_IF_ERROR(
        Statement(database_,
                  "INSERT INTO curvature (run, round, tensor, trace, standard_error) VALUES (?, ?, ?, ?, ?)",
                  id, round.state.round, trace.tensor, trace.trace, trace.standard_error)
            .run());
  }
  for (const store::Diversity& diversity : f.diversity) {
    COVEY_RETURN_IF_ERROR(
        Statement(database_,
                  "INSERT INTO diversity (run, round, tensors, among, nodes, d) VALUES (?, ?, ?, ?, ?, ?)",
                  id, round.state.round, store::name_of(diversity.tensors), store::name_of(diversity.among),
                  diversity.nodes, diversity.d)
            .run());
  }
  return ok_status();
}

Result<std::string> SweepStore::slurm_job() const {
  Statement row(database_, "SELECT value FROM meta WHERE key = 'slurm_job'");
  const std::string id = row.next() ? row.text() : "";
  COVEY_RETURN_IF_ERROR(row.status());
  return id;
}

Status SweepStore::record_slurm_job(const std::string& id) {
  return Statement(database_, "INSERT OR REPLACE INTO meta (key, value) VALUES ('slurm_job', ?)", id).run();
}

// ---- what came of it

Result<Results> SweepStore::results() const {
  Results results;
  results.title = info_.title;
  results.experiment_toml = info_.experiment_toml;
  results.axes = info_.axes;
  COVEY_ASSIGN_OR_RETURN(const auto all, runs());
  for (const SweepRun& run : all) {
    if (run.state == RunState::kDone) {
      COVEY_ASSIGN_OR_RETURN(RunResult result, result_of(run.plan));
      results.runs.push_back(std::move(result));
    } else if (run.state == RunState::kFailed) {
      results.failed.push_back({run.plan.values, run.plan.seed, run.reason});
    } else {
      ++results.unfinished;
    }
  }
  return results;
}

Result<RunResult> SweepStore::result_of(const PlannedRun& plan) const {
  RunResult result;
  result.values = plan.values;
  result.seed = plan.seed;
  Statement row(database_, "SELECT summary, partition FROM runs WHERE id = ?", plan.id);
  if (!row.next()) return internal_error("the sweep has no run " + std::to_string(plan.id));
  const std::string summary = row.text();
  const std::string partition = row.text();
  COVEY_RETURN_IF_ERROR(row.status());
  COVEY_ASSIGN_OR_RETURN(result.summary, program::parse_summary(summary));
  if (!partition.empty()) {
    COVEY_ASSIGN_OR_RETURN(result.partition, parse_class_histogram(partition));
  }
  COVEY_ASSIGN_OR_RETURN(result.rounds, rounds_of(plan.id));
  return result;
}

Result<std::vector<store::RoundRecord>> SweepStore::rounds_of(std::uint32_t id) const {
  std::vector<store::RoundRecord> rounds;
  Statement rows(
      database_,
      "SELECT round, seconds, virtual_seconds, server_loss, user_loss, mask_rate, images, bytes_up, "
      "bytes_down, bytes_up_fp32, bytes_down_fp32, drawn, counted, pseudo_labels, evaluated, "
      "accuracy, loss, accuracy_as_sent FROM rounds WHERE run = ? ORDER BY round",
      id);
  while (rows.next()) {
    store::RoundRecord record;
    store::RoundFigures& f = record.figures;
    record.state.round = rows.u32();
    f.seconds = rows.real();
    f.virtual_seconds = rows.real();
    f.server_loss = rows.real();
    f.user_loss = rows.real();
    f.mask_rate = rows.real();
    f.images = rows.u64();
    f.bytes_up = rows.u64();
    f.bytes_down = rows.u64();
    f.bytes_up_fp32 = rows.u64();
    f.bytes_down_fp32 = rows.u64();
    record.drawn = rows.u32();
    record.counted = rows.u32();
    COVEY_ASSIGN_OR_RETURN(f.pseudo_labels, store::parse_counts(rows.text()));
    const bool evaluated = rows.flag();
    const store::Evaluation evaluation{record.state.round, rows.real(), rows.real(), rows.optional_real(), 0};
    if (evaluated) record.evaluation = evaluation;
    rounds.push_back(std::move(record));
  }
  COVEY_RETURN_IF_ERROR(rows.status());

  Statement diversities(database_,
                        "SELECT round, tensors, among, nodes, d FROM diversity WHERE run = ? "
                        "ORDER BY round, tensors, among",
                        id);
  while (diversities.next()) {
    const std::uint32_t round = diversities.u32();
    store::Diversity diversity;
    COVEY_ASSIGN_OR_RETURN(diversity.tensors, store::diversity_tensors(diversities.text()));
    COVEY_ASSIGN_OR_RETURN(diversity.among, store::diversity_among(diversities.text()));
    diversity.nodes = diversities.real();
    diversity.d = diversities.real();
    if (round < rounds.size()) rounds[round].figures.diversity.push_back(diversity);
  }
  COVEY_RETURN_IF_ERROR(diversities.status());
  Statement traces(database_,
                   "SELECT round, tensor, trace, standard_error FROM curvature WHERE run = ? "
                   "ORDER BY round, tensor",
                   id);
  while (traces.next()) {
    const std::uint32_t round = traces.u32();
    store::TensorTrace trace{traces.text(), traces.real(), traces.real()};
    if (round < rounds.size()) rounds[round].figures.curvature.push_back(std::move(trace));
  }
  COVEY_RETURN_IF_ERROR(traces.status());
  return rounds;
}

}  // namespace covey::simulator
