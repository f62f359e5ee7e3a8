#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "common/base/file.h"
#include "common/base/span.h"

namespace SQLite {
class Database;
class Exception;
class Statement;
}  // namespace SQLite

namespace covey::store {

/// One SQLite file in WAL mode with synchronous = FULL: what a transaction stored survives a power cut. No
/// exception leaves this class or Statement.
///
/// The schema's version is PRAGMA user_version = the number of migrations that were applied. A released
/// migration is never changed; new ones are appended.
class Database {
 public:
  using Migrations = Span<const char* const>;

  /// Opens or creates `file`, checks it, and applies the migrations that are missing, in one transaction.
  ///   errors  kCorrupt: damaged or no database; kInvalidArgument: written by a newer Covey; kUnavailable:
  ///   locked;
  ///           kExhausted: disk full
  static Result<Database> open(const fs::path& file, Migrations migrations);
  /// Reads only, beside a writer, whatever the schema's version is. kNotFound when there is no file, or an
  /// empty one.
  static Result<Database> open_read_only(const fs::path& file);
  /// kInvalidArgument unless the schema is the newest that `migrations` makes.
  Status require_schema(Migrations migrations) const;

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  const fs::path& file() const { return file_; }
  /// For Statement.
  SQLite::Database& handle() const { return *handle_; }
  /// For Statement: SQL that was prepared before and is not in use, or nothing.
  std::unique_ptr<SQLite::Statement> take_prepared(const std::string& sql) const;
  /// For Statement: keeps what it has used for the next one with the same SQL.
  void keep_prepared(const std::string& sql, std::unique_ptr<SQLite::Statement> statement) const;

  /// Turns an SQLite failure into a Status that names the file and what can be done.
  Status failure(const SQLite::Exception& error) const;
  /// Runs SQL that gives no rows.
  Status execute(const std::string& sql) const;
  /// Rows that the last INSERT, UPDATE or DELETE changed.
  std::uint64_t changed_rows() const;

 private:
  Database(fs::path file, std::unique_ptr<SQLite::Database> handle);
  static Result<Database> open_file(const fs::path& file, int flags);
  Result<std::uint32_t> schema_version() const;
  Status check_integrity() const;
  Status migrate(Migrations migrations);

  fs::path file_;
  std::unique_ptr<SQLite::Database> handle_;
  /// Parsing costs more than running the small statements of a round. Destroyed before the handle.
  mutable std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>> prepared_;
};

}  // namespace covey::store
