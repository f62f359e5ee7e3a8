#include "common/store/device_store.h"

#include <array>

#include "common/store/statement.h"

namespace covey::store {

namespace {

constexpr const char* kDatabaseName = "client.sqlite";
constexpr const char* kBlobsName = "blobs";

// The tables with `id` hold at most one row.
constexpr std::array<const char*, 1> kMigrations = {R"sql(
CREATE TABLE enrolment (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  server TEXT NOT NULL,
  server_key TEXT NOT NULL,
  user INTEGER NOT NULL,
  signing_key BLOB NOT NULL
) STRICT;

-- The run that this device takes part in, and its member's committed state.
CREATE TABLE run (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  run_id TEXT NOT NULL,
  member_state TEXT
) STRICT;

-- A finished task whose update is not known to be counted.
CREATE TABLE tentative (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  round INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  slot INTEGER NOT NULL,
  model TEXT NOT NULL,
  nothing_to_report INTEGER NOT NULL,
  update_digest TEXT NOT NULL,
  update_bytes INTEGER NOT NULL,
  report BLOB NOT NULL,
  member_state TEXT NOT NULL
) STRICT;

CREATE TABLE history (
  round INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  train_seconds REAL,
  images INTEGER NOT NULL,
  bytes_up INTEGER NOT NULL,
  bytes_down INTEGER NOT NULL,
  counted INTEGER NOT NULL,
  PRIMARY KEY (round, attempt)
) STRICT;
)sql"};

/// The one digest that `sql` selects; empty without a row, or when it is NULL.
Result<std::optional<Digest>> select_digest(const Database& database, const char* sql) {
  std::optional<Digest> digest;
  Statement row(database, sql);
  if (row.next()) digest = row.optional_digest();
  COVEY_RETURN_IF_ERROR(row.status());
  return digest;
}

}  // namespace

DeviceStore::DeviceStore(std::optional<DirectoryLock> lock, Database database, BlobStore blobs)
    : lock_(std::move(lock)), database_(std::move(database)), blobs_(std::move(blobs)) {}

Result<std::unique_ptr<DeviceStore>> DeviceStore::open(const fs::path& dir) {
  COVEY_ASSIGN_OR_RETURN(DirectoryLock lock, DirectoryLock::acquire(dir));
  COVEY_ASSIGN_OR_RETURN(Database database,
                         Database::open(dir / kDatabaseName, Database::Migrations(kMigrations)));
  COVEY_ASSIGN_OR_RETURN(BlobStore blobs, BlobStore::create(dir / kBlobsName));
  std::unique_ptr<DeviceStore> store(new DeviceStore(std::move(lock), std::move(database), std::move(blobs)));
  COVEY_ASSIGN_OR_RETURN(store->committed_, store->named_blobs());
  COVEY_RETURN_IF_ERROR(store->blobs_.keep_only(store->committed_).status());  // a crash may have left others
  return store;
}

Result<std::unique_ptr<const DeviceStore>> DeviceStore::open_read_only(const fs::path& dir) {
  COVEY_ASSIGN_OR_RETURN(Database database, Database::open_read_only(dir / kDatabaseName));
  COVEY_RETURN_IF_ERROR(database.require_schema(Database::Migrations(kMigrations)));
  return std::unique_ptr<const DeviceStore>(
      new DeviceStore(std::nullopt, std::move(database), BlobStore(dir / kBlobsName)));
}

Result<std::set<Digest>> DeviceStore::named_blobs() const {
  std::set<Digest> named;
  Statement rows(database_,
                 "SELECT member_state FROM run WHERE member_state IS NOT NULL "
                 "UNION SELECT member_state FROM tentative UNION SELECT update_digest FROM tentative");
  while (rows.next()) named.insert(rows.digest());
  COVEY_RETURN_IF_ERROR(rows.status());
  return named;
}

template <typename Change>
Status DeviceStore::change(Change&& change) {
  if (!changing_) COVEY_RETURN_IF_ERROR(Statement(database_, "BEGIN IMMEDIATE").run());
  Status status = change();
  changing_ = status.ok();
  // The first failure is the one to report; SQLite may have rolled back by itself.
  if (!changing_) (void)database_.execute("ROLLBACK");
  return status;
}

Status DeviceStore::commit() {
  COVEY_RETURN_IF_ERROR(change([&] { return Statement(database_, "COMMIT").run(); }));
  changing_ = false;
  COVEY_ASSIGN_OR_RETURN(std::set<Digest> named, named_blobs());
  std::swap(named, committed_);
  for (const Digest& digest : named) {
    if (committed_.count(digest) == 0) COVEY_RETURN_IF_ERROR(blobs_.remove(digest));
  }
  return ok_status();
}

// ---- enrolment and run

Status DeviceStore::set_enrolment(const Enrolment& e) {
  return Statement(database_,
                   "INSERT OR REPLACE INTO enrolment (id, server, server_key, user, signing_key) VALUES (1, "
                   "?, ?, ?, ?)",
                   e.server, e.server_key, e.user, ByteSpan(e.signing_key))
      .run();
}

Result<std::optional<Enrolment>> DeviceStore::enrolment() const {
  std::optional<Enrolment> enrolment;
  Statement row(database_, "SELECT server, server_key, user, signing_key FROM enrolment");
  if (row.next()) enrolment = Enrolment{row.text(), row.text(), row.user(), row.blob()};
  COVEY_RETURN_IF_ERROR(row.status());
  return enrolment;
}

Result<std::optional<Digest>> DeviceStore::run_id() const {
  return select_digest(database_, "SELECT run_id FROM run");
}

Result<bool> DeviceStore::begin_run(const Digest& run_id) {
  COVEY_ASSIGN_OR_RETURN(const auto before, this->run_id());
  if (before == run_id) return false;
  const Status reset = change([&]() -> Status {
    COVEY_RETURN_IF_ERROR(database_.execute("DELETE FROM tentative; DELETE FROM history; DELETE FROM run"));
    return Statement(database_, "INSERT INTO run (id, run_id) VALUES (1, ?)", run_id).run();
  });
  COVEY_RETURN_IF_ERROR(reset);
  COVEY_RETURN_IF_ERROR(commit());
  return true;
}

// ---- the tentative part

Status DeviceStore::store_tentative(const Tentative& t, ByteSpan update, ByteSpan member_state,
                                    const TaskCost& cost) {
  COVEY_CHECK(t.nothing_to_report == update.empty() && t.update_bytes == update.size(), update.size(),
              t.update_bytes);
  if (!update.empty()) COVEY_RETURN_IF_ERROR(blobs_.put_named(t.update, update));
  COVEY_ASSIGN_OR_RETURN(const Digest state, blobs_.put(member_state));
  COVEY_RETURN_IF_ERROR(change([&] { return insert(t, state, cost); }));
  return commit();
}

Status DeviceStore::insert(const Tentative& t, const Digest& member_state, const TaskCost& cost) {
  COVEY_RETURN_IF_ERROR(Statement(database_,
                                  "INSERT OR REPLACE INTO tentative (id, round, attempt, slot, model, "
                                  "nothing_to_report, update_digest, update_bytes, report, member_state) "
                                  "VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                  t.round, t.attempt, t.slot, t.model, t.nothing_to_report, t.update,
                                  t.update_bytes, ByteSpan(t.report), member_state)
                            .run());
  return Statement(database_,
                   "INSERT OR REPLACE INTO history (round, attempt, train_seconds, images, bytes_up, "
                   "bytes_down, counted) "
                   "VALUES (?, ?, ?, ?, ?, ?, 0)",
                   t.round, t.attempt, cost.train_seconds, cost.images, t.update_bytes, cost.bytes_down)
      .run();
}

Result<std::optional<Tentative>> DeviceStore::tentative() const {
  std::optional<Tentative> tentative;
  Statement row(database_,
                "SELECT round, attempt, slot, model, nothing_to_report, update_digest, update_bytes, report "
                "FROM tentative");
  if (row.next()) {
    tentative = Tentative{row.u32(),  row.u32(),    row.slot(), row.digest(),
                          row.flag(), row.digest(), row.u64(),  row.blob()};
  }
  COVEY_RETURN_IF_ERROR(row.status());
  return tentative;
}

Result<Bytes> DeviceStore::tentative_update() const {
  COVEY_ASSIGN_OR_RETURN(
      const auto digest,
      select_digest(database_, "SELECT update_digest FROM tentative WHERE NOT nothing_to_report"));
  if (!digest) return not_found("there is no update to send");
  return blobs_.read(*digest);
}

Status DeviceStore::promote_tentative() {
  return change([&]() -> Status {
    COVEY_RETURN_IF_ERROR(Statement(database_,
                                    "UPDATE run SET member_state = (SELECT member_state FROM tentative) "
                                    "WHERE EXISTS (SELECT 1 FROM tentative)")
                              .run());
    COVEY_RETURN_IF_ERROR(Statement(database_,
                                    "UPDATE history SET counted = 1 WHERE (round, attempt) IN (SELECT round, "
                                    "attempt FROM tentative)")
                              .run());
    return Statement(database_, "DELETE FROM tentative").run();
  });
}

Status DeviceStore::drop_tentative() {
  return change([&] { return Statement(database_, "DELETE FROM tentative").run(); });
}

Status DeviceStore::settle() {
  return changing_ ? commit() : ok_status();
}

Result<Bytes> DeviceStore::member_state() const {
  COVEY_ASSIGN_OR_RETURN(const auto digest, select_digest(database_, "SELECT member_state FROM run"));
  return digest ? blobs_.read(*digest) : Bytes();
}

// ---- history

Result<std::vector<DeviceRound>> DeviceStore::history() const {
  std::vector<DeviceRound> history;
  Statement rows(database_,
                 "SELECT round, attempt, train_seconds, images, bytes_up, bytes_down, counted FROM history "
                 "ORDER BY round, attempt");
  while (rows.next()) {
    history.push_back({rows.u32(), rows.u32(), rows.real(), rows.u64(), rows.u64(), rows.u64(), rows.flag()});
  }
  COVEY_RETURN_IF_ERROR(rows.status());
  return history;
}

}  // namespace covey::store
