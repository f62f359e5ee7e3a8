#include "common/store/database.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <utility>

#include "common/store/statement.h"

namespace covey::store {

namespace {

constexpr int kBusyTimeoutMs = 5000;

}  // namespace

Database::Database(fs::path file, std::unique_ptr<SQLite::Database> handle)
    : file_(std::move(file)), handle_(std::move(handle)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&& other) noexcept {
  // Statements must not outlive their handle, so nothing is destroyed here.
  std::swap(file_, other.file_);
  std::swap(handle_, other.handle_);
  std::swap(prepared_, other.prepared_);
  return *this;
}
Database::~Database() = default;

Status Database::failure(const SQLite::Exception& error) const {
  const std::string name = file_.string();
  // The system's own error number is overwritten by the time that it could be asked for.
  switch (error.getExtendedErrorCode()) {
    case SQLITE_IOERR_WRITE:
    case SQLITE_IOERR_SHMSIZE:
      return exhausted("disk full or failing: " + name + " cannot be written; make room and start again");
    default:
      break;
  }
  switch (error.getErrorCode() & 0xff) {  // without the extended part
    case SQLITE_FULL:
      return exhausted("disk full: " + name + " cannot grow; make room and start again");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return corrupt(name + ": is damaged or no database (" + error.what() +
                     "); restore it from a backup, or start in an empty directory");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return unavailable(name + ": another process uses the database; try again when it is done");
    default:
      return internal_error(name + ": " + error.what());
  }
}

Status Database::execute(const std::string& sql) const {
  try {
    handle_->exec(sql);
    return ok_status();
  } catch (const SQLite::Exception& error) {
    return failure(error);
  }
}

std::uint64_t Database::changed_rows() const {
  return static_cast<std::uint64_t>(sqlite3_changes64(handle_->getHandle()));
}

std::unique_ptr<SQLite::Statement> Database::take_prepared(const std::string& sql) const {
  const auto found = prepared_.find(sql);
  return found == prepared_.end() ? nullptr : std::exchange(found->second, nullptr);
}

void Database::keep_prepared(const std::string& sql, std::unique_ptr<SQLite::Statement> statement) const {
  prepared_[sql] = std::move(statement);
}

Result<Database> Database::open_file(const fs::path& file, int flags) {
  Database database(file, nullptr);
  try {
    database.handle_ = std::make_unique<SQLite::Database>(file.string(), flags, kBusyTimeoutMs);
  } catch (const SQLite::Exception& error) {
    return database.failure(error);
  }
  COVEY_RETURN_IF_ERROR(database.execute("PRAGMA foreign_keys = ON"));
  return database;
}

Result<Database> Database::open(const fs::path& file, Migrations migrations) {
  // SQLite's own words would be "unable to open database file".
  std::error_code ignored;  // a folder that cannot be examined fails below
  const fs::path dir = file.parent_path();
  if (!dir.empty() && !fs::exists(dir, ignored)) return not_found(dir.string() + ": does not exist");
  COVEY_ASSIGN_OR_RETURN(Database database, open_file(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE));
  COVEY_RETURN_IF_ERROR(database.execute("PRAGMA journal_mode = WAL"));
  COVEY_RETURN_IF_ERROR(database.execute("PRAGMA synchronous = FULL"));
  COVEY_RETURN_IF_ERROR(database.check_integrity());
  COVEY_RETURN_IF_ERROR(database.migrate(migrations));
  return database;
}

Result<Database> Database::open_read_only(const fs::path& file) {
  std::error_code
      ignored;  // a file that cannot be examined cannot be opened either, and that is reported below
  if (!fs::exists(file, ignored)) return not_found(file.string() + ": does not exist");
  COVEY_ASSIGN_OR_RETURN(Database database, open_file(file, SQLite::OPEN_READONLY));
  COVEY_ASSIGN_OR_RETURN(const std::uint32_t version, database.schema_version());
  if (version == 0) return not_found(file.string() + ": holds nothing of Covey");
  return database;
}

Status Database::require_schema(Migrations migrations) const {
  COVEY_ASSIGN_OR_RETURN(const std::uint32_t version, schema_version());
  if (version == migrations.size()) return ok_status();
  return invalid_argument(file_.string() + ": has schema " + std::to_string(version) +
                          ", this program reads schema " + std::to_string(migrations.size()) +
                          "; use the version of Covey that wrote it");
}

Result<std::uint32_t> Database::schema_version() const {
  Statement version(*this, "PRAGMA user_version");
  version.next();
  const std::uint32_t value = version.u32();
  COVEY_RETURN_IF_ERROR(version.status());
  return value;
}

Status Database::check_integrity() const {
  Statement check(*this, "PRAGMA quick_check(1)");
  check.next();
  const std::string verdict = check.text();
  COVEY_RETURN_IF_ERROR(check.status());
  if (verdict == "ok") return ok_status();
  return corrupt(file_.string() + ": is damaged (" + verdict +
                 "); restore it from a backup, or start in an empty directory");
}

Status Database::migrate(Migrations migrations) {
  COVEY_ASSIGN_OR_RETURN(const std::uint32_t found, schema_version());
  if (found == migrations.size()) return ok_status();
  if (found > migrations.size()) {
    return invalid_argument(file_.string() + ": was written by a newer Covey (schema " +
                            std::to_string(found) + ", this program knows up to " +
                            std::to_string(migrations.size()) + "); update Covey");
  }
  return in_transaction(*this, [&]() -> Status {
    // Read again: another process may have migrated while this one waited for the lock.
    COVEY_ASSIGN_OR_RETURN(const std::uint32_t version, schema_version());
    for (std::size_t i = version; i < migrations.size(); ++i) COVEY_RETURN_IF_ERROR(execute(migrations[i]));
    return execute("PRAGMA user_version = " + std::to_string(migrations.size()));
  });
}

}  // namespace covey::store
