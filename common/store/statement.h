#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "common/base/digest.h"
#include "common/base/ids.h"
#include "common/store/database.h"

namespace SQLite {
class Column;
class Statement;
}  // namespace SQLite

namespace covey::store {

/// One SQL statement with its parameters. The first failure sticks: nothing more happens, values read as
/// zero, and status() says what was wrong. Usage:
///
///   Statement rows(database, "SELECT round, loss FROM rounds WHERE round >= ?", first);
///   while (rows.next()) result.push_back({rows.u32(), rows.real()});   // columns from left to right
///   COVEY_RETURN_IF_ERROR(rows.status());
///
/// How values are stored: u64 as the int64 with the same bits, NaN as NULL (SQLite has none), digests as 64
/// hexadecimal digits so that a person can read the file.
class Statement {
 public:
  template <typename... Parameters>
  Statement(const Database& database, const char* sql, const Parameters&... parameters)
      : Statement(database, sql, Prepare()) {
    (bind(parameters), ...);
  }
  ~Statement();

  /// Goes to the next row; false after the last one or on a failure.
  bool next();
  /// Runs a statement that gives no rows.
  Status run();
  const Status& status() const { return status_; }

  std::uint32_t u32();  ///< kCorrupt when out of range
  std::uint64_t u64();
  std::int64_t i64();
  double real();
  bool flag() { return u32() != 0; }
  std::string text();
  Digest digest();  ///< kCorrupt when not a digest
  Bytes blob();
  std::optional<std::int64_t> optional_i64();
  std::optional<double> optional_real();
  std::optional<Digest> optional_digest();
  UserId user() { return UserId{u32()}; }
  SlotId slot() { return SlotId{u32()}; }
  GroupId group() { return GroupId{u32()}; }

 private:
  struct Prepare {};
  Statement(const Database& database, const char* sql, Prepare);

  void bind(std::int64_t value);
  void bind(std::uint64_t value) { bind(static_cast<std::int64_t>(value)); }
  void bind(std::uint32_t value) { bind(static_cast<std::int64_t>(value)); }
  void bind(bool value) { bind(static_cast<std::int64_t>(value)); }
  void bind(double value);
  void bind(const std::string& value);
  void bind(const char* value) { bind(std::string(value)); }
  void bind(const Digest& value) { bind(value.hex()); }
  void bind(ByteSpan value);
  void bind(std::nullopt_t);
  template <typename Tag>
  void bind(Id<Tag> value) {
    bind(value.value);
  }
  template <typename T>
  void bind(const std::optional<T>& value) {
    value ? bind(*value) : bind(std::nullopt);
  }

  template <typename Action>
  void attempt(Action&& action);
  template <typename T, typename Read>
  T read(Read&& read);
  bool next_is_null();
  void fail(const std::string& what);

  const Database& database_;
  const char* sql_;
  std::unique_ptr<SQLite::Statement> statement_;
  Status status_;
  int parameter_ = 0;
  int column_ = 0;
};

/// Runs `body` (a callable that gives a Status) in one transaction: all of its changes are stored durably,
/// or, when it fails, none.
template <typename Body>
Status in_transaction(Database& database, Body&& body) {
  COVEY_RETURN_IF_ERROR(Statement(database, "BEGIN IMMEDIATE").run());
  Status status = body();
  if (status.ok()) status = Statement(database, "COMMIT").run();
  if (status.ok()) return status;
  // The first failure is the one to report; SQLite may have rolled back by itself.
  (void)database.execute("ROLLBACK");
  return status;
}

}  // namespace covey::store
