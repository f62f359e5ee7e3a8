#include "common/store/statement.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

#include <cmath>
#include <limits>

namespace covey::store {

Statement::Statement(const Database& database, const char* sql, Prepare)
    : database_(database), sql_(sql), statement_(database.take_prepared(sql)) {
  if (statement_) return;
  attempt([&] { statement_ = std::make_unique<SQLite::Statement>(database.handle(), sql); });
}

Statement::~Statement() {
  if (!status_.ok()) return;
  // A statement that stands in the middle of its rows would hold the database's read lock.
  attempt([&] {
    statement_->reset();
    statement_->clearBindings();
  });
  if (status_.ok()) database_.keep_prepared(sql_, std::move(statement_));
}

template <typename Action>
void Statement::attempt(Action&& action) {
  if (!status_.ok()) return;
  try {
    action();
  } catch (const SQLite::Exception& error) {
    status_ = database_.failure(error);
  }
}

void Statement::fail(const std::string& what) {
  if (status_.ok()) status_ = corrupt(database_.file().string() + ": " + what);
}

// ---- parameters

void Statement::bind(std::int64_t value) {
  ++parameter_;
  attempt([&] { statement_->bind(parameter_, value); });
}

void Statement::bind(double value) {
  if (std::isnan(value)) return bind(std::nullopt);
  ++parameter_;
  attempt([&] { statement_->bind(parameter_, value); });
}

void Statement::bind(const std::string& value) {
  ++parameter_;
  attempt([&] { statement_->bind(parameter_, value); });
}

void Statement::bind(ByteSpan value) {
  static constexpr std::uint8_t kNoBytes = 0;  // a null pointer would store NULL
  ++parameter_;
  attempt([&] {
    statement_->bind(parameter_, value.empty() ? &kNoBytes : value.data(), static_cast<int>(value.size()));
  });
}

void Statement::bind(std::nullopt_t) {
  ++parameter_;
  attempt([&] { statement_->bind(parameter_); });
}

// ---- rows

bool Statement::next() {
  column_ = 0;
  bool row = false;
  attempt([&] { row = statement_->executeStep(); });
  return row;
}

Status Statement::run() {
  attempt([&] { statement_->exec(); });
  return status_;
}

template <typename T, typename Read>
T Statement::read(Read&& read) {
  T value{};
  attempt([&] { value = read(statement_->getColumn(column_++)); });
  return value;
}

bool Statement::next_is_null() {
  bool null = true;
  attempt([&] { null = statement_->getColumn(column_).isNull(); });
  if (null) ++column_;
  return null;
}

std::int64_t Statement::i64() {
  return read<std::int64_t>([](const SQLite::Column& column) { return column.getInt64(); });
}

std::uint64_t Statement::u64() {
  return static_cast<std::uint64_t>(i64());
}

std::uint32_t Statement::u32() {
  const std::int64_t value = i64();
  if (value >= 0 && value <= std::numeric_limits<std::uint32_t>::max())
    return static_cast<std::uint32_t>(value);
  fail("holds the number " + std::to_string(value) + " where 0 to 4294967295 is allowed");
  return 0;
}

double Statement::real() {
  if (next_is_null()) return std::numeric_limits<double>::quiet_NaN();
  return read<double>([](const SQLite::Column& column) { return column.getDouble(); });
}

std::string Statement::text() {
  return read<std::string>([](const SQLite::Column& column) { return column.getString(); });
}

Digest Statement::digest() {
  const std::string hex = text();
  if (!status_.ok()) return {};
  const Result<Digest> digest = Digest::from_hex(hex);
  if (digest.ok()) return *digest;
  fail("holds '" + hex.substr(0, 80) + "' where a SHA-256 is expected");
  return {};
}

Bytes Statement::blob() {
  return read<Bytes>([](const SQLite::Column& column) {
    const auto* data = static_cast<const std::uint8_t*>(column.getBlob());
    return data == nullptr ? Bytes() : Bytes(data, data + column.getBytes());
  });
}

std::optional<std::int64_t> Statement::optional_i64() {
  if (next_is_null()) return std::nullopt;
  return i64();
}

std::optional<double> Statement::optional_real() {
  if (next_is_null()) return std::nullopt;
  return real();
}

std::optional<Digest> Statement::optional_digest() {
  if (next_is_null()) return std::nullopt;
  return digest();
}

}  // namespace covey::store
