#include "common/store/run_store.h"

#include <algorithm>

#include "common/store/run_schema.h"
#include "common/store/statement.h"

namespace covey::store {

namespace {

constexpr const char* kDatabaseName = "run.sqlite";
constexpr const char* kBlobsName = "blobs";

std::string attempt_name(std::uint32_t round, std::uint32_t attempt) {
  return "round " + std::to_string(round) + " attempt " + std::to_string(attempt);
}

}  // namespace

RunStore::RunStore(std::optional<DirectoryLock> lock, Database database, BlobStore blobs)
    : lock_(std::move(lock)), database_(std::move(database)), blobs_(std::move(blobs)) {}

// ---- opening

Result<std::unique_ptr<RunStore>> RunStore::open(const fs::path& dir, const RunInfo& info) {
  COVEY_ASSIGN_OR_RETURN(DirectoryLock lock, DirectoryLock::acquire(dir));
  COVEY_ASSIGN_OR_RETURN(Database database, Database::open(dir / kDatabaseName, run_migrations()));
  COVEY_ASSIGN_OR_RETURN(BlobStore blobs, BlobStore::create(dir / kBlobsName));
  std::unique_ptr<RunStore> store(new RunStore(std::move(lock), std::move(database), std::move(blobs)));
  COVEY_ASSIGN_OR_RETURN(const auto stored, store->load_info());
  if (!stored) {
    COVEY_RETURN_IF_ERROR(store->create(info));
  } else if (stored->experiment_sha256 != info.experiment_sha256) {
    return invalid_argument(dir.string() + ": holds a run of another experiment");
  }
  store->info_ = stored.value_or(info);
  COVEY_ASSIGN_OR_RETURN([[maybe_unused]] const std::size_t swept, store->sweep(0));
  return store;
}

Result<std::unique_ptr<const RunStore>> RunStore::open_read_only(const fs::path& path) {
  std::error_code ignored;  // what cannot be examined cannot be opened either, and that is reported
  const fs::path dir = fs::is_directory(path, ignored) ? path : path.parent_path();
  const fs::path file = dir == path ? path / kDatabaseName : path;
  COVEY_ASSIGN_OR_RETURN(Database database, Database::open_read_only(file));
  COVEY_RETURN_IF_ERROR(database.require_schema(run_migrations()));
  std::unique_ptr<RunStore> store(
      new RunStore(std::nullopt, std::move(database), BlobStore(dir / kBlobsName)));
  COVEY_ASSIGN_OR_RETURN(const auto stored, store->load_info());
  if (!stored) return not_found(file.string() + ": holds no run yet");
  store->info_ = *stored;
  return std::unique_ptr<const RunStore>(std::move(store));
}

Result<std::optional<RunInfo>> RunStore::stored_run(const fs::path& dir) {
  // The table meta is the same in every version of the schema, so an older or newer file can be asked too.
  Result<Database> database = Database::open_read_only(dir / kDatabaseName);
  if (database.status().code() == Code::kNotFound) return std::optional<RunInfo>();
  COVEY_RETURN_IF_ERROR(database.status());
  return RunStore(std::nullopt, *std::move(database), BlobStore(dir / kBlobsName)).load_info();
}

Result<std::optional<RunInfo>> RunStore::load_info() const {
  std::map<std::string, std::string> values;
  Statement rows(database_, "SELECT key, value FROM meta");
  while (rows.next()) {
    std::string key = rows.text();
    values[std::move(key)] = rows.text();
  }
  COVEY_RETURN_IF_ERROR(rows.status());
  if (values.empty()) return std::optional<RunInfo>();
  const Result<Digest> experiment = Digest::from_hex(values["experiment_sha256"]);
  const Result<Digest> run = Digest::from_hex(values["run_id"]);
  if (!experiment.ok() || !run.ok())
    return corrupt(database_.file().string() + ": the table meta is damaged");
  return std::optional<RunInfo>({values["experiment_toml"], *experiment, *run, values["numeric_profile"]});
}

Status RunStore::create(const RunInfo& info) {
  return Statement(database_,
                   "INSERT INTO meta (key, value) VALUES ('experiment_toml', ?), ('experiment_sha256', ?), "
                   "('run_id', ?), ('numeric_profile', ?)",
                   info.experiment_toml, info.experiment_sha256, info.run_id, info.numeric_profile)
      .run();
}

// ---- the life of a round

Result<NextAttempt> RunStore::next_attempt() const {
  NextAttempt next;
  COVEY_ASSIGN_OR_RETURN(const auto last, latest());
  next.round = last ? last->round + 1 : 0;
  Statement newest(database_,
                   "SELECT attempt, state, (SELECT max(virtual_seconds) FROM attempts a WHERE a.round = "
                   "attempts.round) FROM attempts WHERE round = ? ORDER BY attempt DESC LIMIT 1",
                   next.round);
  if (newest.next()) {
    next.attempt = newest.u32();
    next.begun = newest.text() == "begun";
    next.virtual_seconds = newest.real();
    if (!next.begun) ++next.attempt;
  }
  COVEY_RETURN_IF_ERROR(newest.status());
  if (next.begun) {
    COVEY_ASSIGN_OR_RETURN(next.seats, seats(next.round, next.attempt));
  }
  return next;
}

Result<std::vector<Seat>> RunStore::seats(std::uint32_t round, std::uint32_t attempt) const {
  std::vector<Seat> seats;
  Statement rows(database_,
                 "SELECT slot, user, group_id FROM members WHERE round = ? AND attempt = ? ORDER BY slot",
                 round, attempt);
  while (rows.next()) seats.push_back({rows.slot(), rows.user(), rows.group()});
  COVEY_RETURN_IF_ERROR(rows.status());
  return seats;
}

Status RunStore::begin_attempt(std::uint32_t round, std::uint32_t attempt, const std::vector<Seat>& seats) {
  COVEY_ASSIGN_OR_RETURN(const NextAttempt next, next_attempt());
  const bool again = next.begun && round == next.round && attempt == next.attempt && seats == next.seats;
  if (again) return ok_status();
  // A replayed run may skip numbers of attempts that were void.
  if (next.begun || round != next.round || attempt < next.attempt) {
    return internal_error(attempt_name(round, attempt) + " cannot begin: the run is at " +
                          attempt_name(next.round, next.attempt));
  }
  return in_transaction(database_, [&]() -> Status {
    COVEY_RETURN_IF_ERROR(Statement(database_,
                                    "INSERT INTO attempts (round, attempt, state) VALUES (?, ?, 'begun')",
                                    round, attempt)
                              .run());
    for (const Seat& seat : seats) {
      COVEY_RETURN_IF_ERROR(
          Statement(database_,
                    "INSERT INTO members (round, attempt, slot, user, group_id) VALUES (?, ?, ?, ?, ?)",
                    round, attempt, seat.slot, seat.user, seat.group)
              .run());
    }
    return ok_status();
  });
}

Status RunStore::end_attempt(std::uint32_t round, std::uint32_t attempt, const char* state,
                             const std::string& reason, const std::vector<MemberRecord>& members) {
  COVEY_RETURN_IF_ERROR(Statement(database_,
                                  "UPDATE attempts SET state = ?, reason = ? "
                                  "WHERE round = ? AND attempt = ? AND state = 'begun'",
                                  state, reason, round, attempt)
                            .run());
  if (database_.changed_rows() != 1) return internal_error(attempt_name(round, attempt) + " is not begun");
  for (const MemberRecord& m : members) {
    COVEY_RETURN_IF_ERROR(
        Statement(database_,
                  "UPDATE members SET state = ?, update_digest = ?, bytes_down = ?, bytes_up = ?, "
                  "loss = ?, mask_rate = ?, images = ?, train_seconds = ?, reason = ? "
                  "WHERE round = ? AND attempt = ? AND slot = ? AND user = ?",
                  member_state_name(m.state), m.update, m.bytes_down, m.bytes_up, m.loss, m.mask_rate,
                  m.images, m.train_seconds, m.reason, round, attempt, m.seat.slot, m.seat.user)
            .run());
    if (database_.changed_rows() != 1) {
      return internal_error(attempt_name(round, attempt) + ": user " + std::to_string(m.seat.user.value) +
                            " was not drawn into slot " + std::to_string(m.seat.slot.value));
    }
  }
  return ok_status();
}

Status RunStore::check_blobs(const CommitRecord& record) const {
  std::vector<Digest> named = record.state.masters;
  named.push_back(record.state.average);
  if (record.state.trainer_state) named.push_back(*record.state.trainer_state);
  if (record.state.velocity) named.push_back(*record.state.velocity);
  for (const auto& [user, digest] : record.device_states) named.push_back(digest);
  for (const Digest& digest : named) {
    if (!blobs_.contains(digest))
      return internal_error(blobs_.path_of(digest).string() + ": vanished before the commit");
  }
  return ok_status();
}

Status RunStore::insert_round(const CommitRecord& record) {
  const CommittedState& state = record.state;
  const RoundFigures& f = record.figures;
  COVEY_RETURN_IF_ERROR(
      Statement(database_,
                "INSERT INTO rounds (round, attempt, average, trainer_state, evaluate, seconds, server_loss, "
                "user_loss, "
                "mask_rate, images, bytes_up, bytes_down, bytes_up_fp32, bytes_down_fp32, wire_bytes_up, "
                "wire_bytes_down, pseudo_labels, virtual_seconds, velocity, bit_plan) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                state.round, state.attempt, state.average, state.trainer_state, record.evaluate, f.seconds,
                f.server_loss, f.user_loss, f.mask_rate, f.images, f.bytes_up, f.bytes_down, f.bytes_up_fp32,
                f.bytes_down_fp32, f.wire_bytes_up, f.wire_bytes_down, counts_text(f.pseudo_labels),
                f.virtual_seconds, state.velocity, record.bit_plan)
          .run());
  for (const Diversity& diversity : f.diversity) {
    COVEY_RETURN_IF_ERROR(
        Statement(database_, "INSERT INTO diversity (round, tensors, among, nodes, d) VALUES (?, ?, ?, ?, ?)",
                  state.round, name_of(diversity.tensors), name_of(diversity.among), diversity.nodes,
                  diversity.d)
            .run());
  }
  for (const TensorTrace& trace : f.curvature) {
    COVEY_RETURN_IF_ERROR(
        Statement(database_,
                  "INSERT INTO curvature (round, tensor, trace, standard_error) VALUES (?, ?, ?, ?)",
                  state.round, trace.tensor, trace.trace, trace.standard_error)
            .run());
  }
  for (std::uint32_t group = 0; group < state.masters.size(); ++group) {
    COVEY_RETURN_IF_ERROR(Statement(database_,
                                    "INSERT INTO masters (round, group_id, digest) VALUES (?, ?, ?)",
                                    state.round, group, state.masters[group])
                              .run());
  }
  for (const auto& [user, digest] : record.device_states) {
    COVEY_RETURN_IF_ERROR(Statement(database_,
                                    "INSERT OR REPLACE INTO device_states (user, digest) VALUES (?, ?)", user,
                                    digest)
                              .run());
  }
  return ok_status();
}

Status RunStore::commit_round(const CommitRecord& record) {
  COVEY_RETURN_IF_ERROR(check_blobs(record));
  return in_transaction(database_, [&]() -> Status {
    COVEY_RETURN_IF_ERROR(
        end_attempt(record.state.round, record.state.attempt, "committed", "", record.members));
    return insert_round(record);
  });
}

Status RunStore::void_attempt(std::uint32_t round, std::uint32_t attempt, const std::string& reason,
                              const std::vector<MemberRecord>& members, double virtual_seconds) {
  return in_transaction(database_, [&]() -> Status {
    COVEY_RETURN_IF_ERROR(end_attempt(round, attempt, "void", reason, members));
    return Statement(database_, "UPDATE attempts SET virtual_seconds = ? WHERE round = ? AND attempt = ?",
                     virtual_seconds, round, attempt)
        .run();
  });
}

Status RunStore::record_evaluation(const Evaluation& e) {
  return Statement(database_,
                   "INSERT OR REPLACE INTO evaluations (round, accuracy, loss, accuracy_as_sent, seconds) "
                   "VALUES (?, ?, ?, ?, ?)",
                   e.round, e.accuracy, e.loss, e.accuracy_as_sent, e.seconds)
      .run();
}

Result<std::size_t> RunStore::prune(std::uint32_t keep) {
  COVEY_CHECK(keep >= 1);
  COVEY_ASSIGN_OR_RETURN(const auto last, latest());
  const std::uint32_t committed = last ? last->round + 1 : 0;
  return sweep(committed > keep ? committed - keep : 0);
}

Result<std::size_t> RunStore::sweep(std::uint32_t first_round) {
  std::set<Digest> live;
  std::int64_t oldest = first_round;
  // A round whose evaluation is due keeps the models that it is computed from. Rounds before those that were
  // kept the last time have nothing left; to look at them again would make a long run slower and slower.
  Statement rows(database_,
                 "WITH kept AS (SELECT * FROM rounds WHERE round >= ?2 AND (round >= ?1 OR "
                 "  (evaluate AND NOT EXISTS (SELECT 1 FROM evaluations e WHERE e.round = rounds.round)))) "
                 "SELECT round, average FROM kept "
                 "UNION ALL SELECT round, trainer_state FROM kept WHERE trainer_state IS NOT NULL "
                 "UNION ALL SELECT round, velocity FROM kept WHERE velocity IS NOT NULL "
                 "UNION ALL SELECT round, digest FROM masters WHERE round >= ?1 "
                 "UNION ALL SELECT ?1, digest FROM device_states",
                 first_round, first_kept_);
  while (rows.next()) {
    oldest = std::min(oldest, rows.i64());
    live.insert(rows.digest());
  }
  COVEY_RETURN_IF_ERROR(rows.status());
  first_kept_ = static_cast<std::uint32_t>(oldest);
  return blobs_.keep_only(live);
}

Status RunStore::add_refusals(const std::string& kind, std::uint64_t count) {
  return add_to_counter(database_, kind, count);
}

Result<Counters> RunStore::refusals() const {
  return read_counters(database_);
}

}  // namespace covey::store
