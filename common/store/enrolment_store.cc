#include "common/store/enrolment_store.h"

#include <array>
#include <set>

#include "common/store/statement.h"

namespace covey::store {

namespace {

// Times are Unix seconds.
constexpr std::array<const char*, 1> kMigrations = {R"sql(
CREATE TABLE tokens (
  token_sha256 TEXT PRIMARY KEY,
  user INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  used_by TEXT
) STRICT;

CREATE TABLE users (
  public_key TEXT PRIMARY KEY,
  user INTEGER NOT NULL,
  enrolled_at INTEGER NOT NULL,
  revoked_at INTEGER,
  last_seen INTEGER,
  samples INTEGER NOT NULL DEFAULT 0,
  probe TEXT
) STRICT;
CREATE UNIQUE INDEX one_valid_key_per_user ON users (user) WHERE revoked_at IS NULL;

-- Refused messages and keys by kind.
CREATE TABLE counters (
  name TEXT PRIMARY KEY,
  count INTEGER NOT NULL
) STRICT;
)sql"};

struct Token {
  UserId user;
  std::int64_t expires_at = 0;
  bool used = false;
  std::string used_by;
};

Result<std::optional<Token>> find_token(const Database& database, const Digest& token_sha256) {
  std::optional<Token> token;
  Statement row(database,
                "SELECT user, expires_at, used_at IS NOT NULL, used_by FROM tokens WHERE token_sha256 = ?",
                token_sha256);
  if (row.next()) token = Token{row.user(), row.i64(), row.flag(), row.text()};
  COVEY_RETURN_IF_ERROR(row.status());
  return token;
}

/// Ok when `public_key` may be bound to `user`.
Status check_key(const Database& database, const std::string& public_key, UserId user) {
  Statement row(database,
                "SELECT user, public_key = ?1, revoked_at IS NOT NULL FROM users "
                "WHERE public_key = ?1 OR (user = ?2 AND revoked_at IS NULL)",
                public_key, user);
  while (row.next()) {
    const UserId bound = row.user();
    const bool same_key = row.flag();
    const bool revoked = row.flag();
    if (same_key && revoked) return refused("this device's key was revoked: enrol with a new key");
    if (same_key)
      return refused("this device's key is bound to user " + std::to_string(bound.value) + " already");
    return refused("user " + std::to_string(user.value) + " is bound to another key: revoke it first");
  }
  return row.status();
}

/// One transaction's work: checks, uses the token, binds the key.
Status bind_key(Database& database, const Digest& token_sha256, const std::string& public_key,
                std::int64_t now, UserId user) {
  COVEY_RETURN_IF_ERROR(check_key(database, public_key, user));
  COVEY_RETURN_IF_ERROR(Statement(database,
                                  "UPDATE tokens SET used_at = ?, used_by = ? "
                                  "WHERE token_sha256 = ? AND used_at IS NULL AND expires_at > ?",
                                  now, public_key, token_sha256, now)
                            .run());
  if (database.changed_rows() != 1) return refused("the token cannot be used");
  return Statement(database, "INSERT INTO users (public_key, user, enrolled_at) VALUES (?, ?, ?)", public_key,
                   user, now)
      .run();
}

}  // namespace

Result<EnrolmentStore> EnrolmentStore::open(const fs::path& dir) {
  COVEY_ASSIGN_OR_RETURN(Database database,
                         Database::open(dir / "coordinator.sqlite", Database::Migrations(kMigrations)));
  return EnrolmentStore(std::move(database));
}

Result<std::vector<UserId>> EnrolmentStore::free_users(std::uint32_t count, std::int64_t now) const {
  std::set<UserId> taken;
  Statement rows(database_,
                 "SELECT user FROM users WHERE revoked_at IS NULL "
                 "UNION SELECT user FROM tokens WHERE used_at IS NULL AND expires_at > ?",
                 now);
  while (rows.next()) taken.insert(rows.user());
  COVEY_RETURN_IF_ERROR(rows.status());
  std::vector<UserId> free;
  for (UserId user; free.size() < count; ++user.value) {
    if (taken.count(user) == 0) free.push_back(user);
  }
  return free;
}

Status EnrolmentStore::add_token(const Digest& token_sha256, UserId user, std::int64_t expires_at) {
  return Statement(database_, "INSERT INTO tokens (token_sha256, user, expires_at) VALUES (?, ?, ?)",
                   token_sha256, user, expires_at)
      .run();
}

Result<TokenCount> EnrolmentStore::tokens(std::int64_t now) const {
  Statement row(database_,
                "SELECT COUNT(*) FILTER (WHERE used_at IS NULL AND expires_at > ?1), "
                "COUNT(*) FILTER (WHERE used_at IS NOT NULL), "
                "COUNT(*) FILTER (WHERE used_at IS NULL AND expires_at <= ?1) FROM tokens",
                now);
  row.next();
  const TokenCount count{row.u32(), row.u32(), row.u32()};
  COVEY_RETURN_IF_ERROR(row.status());
  return count;
}

Result<UserId> EnrolmentStore::redeem(const Digest& token_sha256, const std::string& public_key,
                                      std::int64_t now) {
  UserId user;
  const Status status = in_transaction(database_, [&]() -> Status {
    COVEY_ASSIGN_OR_RETURN(const auto token, find_token(database_, token_sha256));
    if (!token) return refused("unknown token");
    user = token->user;
    if (token->used) {
      COVEY_ASSIGN_OR_RETURN(const auto holder, user_of(public_key));
      const bool same_device = token->used_by == public_key && holder == user;
      return same_device ? ok_status() : refused("the token was used already");
    }
    if (token->expires_at <= now) return refused("the token has expired");
    return bind_key(database_, token_sha256, public_key, now, user);
  });
  COVEY_RETURN_IF_ERROR(status);
  return user;
}

Result<std::optional<UserId>> EnrolmentStore::user_of(const std::string& public_key) const {
  std::optional<UserId> user;
  Statement row(database_, "SELECT user FROM users WHERE public_key = ? AND revoked_at IS NULL", public_key);
  if (row.next()) user = row.user();
  COVEY_RETURN_IF_ERROR(row.status());
  return user;
}

Status EnrolmentStore::revoke(UserId user, std::int64_t now) {
  COVEY_RETURN_IF_ERROR(
      Statement(database_, "UPDATE users SET revoked_at = ? WHERE user = ? AND revoked_at IS NULL", now, user)
          .run());
  if (database_.changed_rows() == 1) return ok_status();
  return not_found("user " + std::to_string(user.value) + " has no valid key");
}

Status EnrolmentStore::record_probe(const std::string& public_key, const Digest& probe) {
  return Statement(database_, "UPDATE users SET probe = ?1 WHERE public_key = ?2 AND probe IS NOT ?1", probe,
                   public_key)
      .run();
}

Status EnrolmentStore::record_session(const std::string& public_key, std::int64_t now,
                                      std::uint64_t samples) {
  return Statement(database_, "UPDATE users SET last_seen = ?, samples = ? WHERE public_key = ?", now,
                   samples, public_key)
      .run();
}

Result<std::vector<EnrolledUser>> EnrolmentStore::list() const {
  std::vector<EnrolledUser> users;
  Statement rows(database_,
                 "SELECT user, public_key, enrolled_at, revoked_at, last_seen, samples, probe FROM users "
                 "ORDER BY user, enrolled_at");
  while (rows.next()) {
    users.push_back({rows.user(), rows.text(), rows.i64(), rows.optional_i64(), rows.optional_i64(),
                     rows.u64(), rows.optional_digest()});
  }
  COVEY_RETURN_IF_ERROR(rows.status());
  return users;
}

Status EnrolmentStore::add_refusals(const std::string& kind, std::uint64_t count) {
  return add_to_counter(database_, kind, count);
}

Result<Counters> EnrolmentStore::refusals() const {
  return read_counters(database_);
}

}  // namespace covey::store
