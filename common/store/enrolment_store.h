#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/digest.h"
#include "common/base/ids.h"
#include "common/store/counters.h"
#include "common/store/database.h"

namespace covey::store {

/// An enrolled device.
struct EnrolledUser {
  UserId user;
  std::string public_key;  ///< CURVE key, as given to redeem()
  std::int64_t enrolled_at = 0;
  std::optional<std::int64_t> revoked_at;
  std::optional<std::int64_t> last_seen;
  std::uint64_t samples = 0;    ///< n_k, as told in the last hello
  std::optional<Digest> probe;  ///< numeric-profile probe of the last hello
};

struct TokenCount {
  std::uint32_t open = 0;  ///< neither used nor expired
  std::uint32_t used = 0;
  std::uint32_t expired = 0;
};

/// Who may take part: DIR/coordinator.sqlite. Several processes may use it at once (`token` and `revoke`
/// beside a running coordinator), so nothing is cached: a revocation acts at the next question.
///
/// Times are Unix seconds, given by the caller. Keys are texts; the caller uses one form (Z85) always. Only
/// digests of tokens are stored.
class EnrolmentStore {
 public:
  /// Opens or creates DIR/coordinator.sqlite.
  static Result<EnrolmentStore> open(const fs::path& dir);

  /// The lowest `count` user numbers that have neither a valid key nor an open token.
  Result<std::vector<UserId>> free_users(std::uint32_t count, std::int64_t now) const;
  /// A one-time token for `user`.
  Status add_token(const Digest& token_sha256, UserId user, std::int64_t expires_at);
  Result<TokenCount> tokens(std::int64_t now) const;

  /// Binds `public_key` to the token's user. kRefused, each with its own text: unknown, used or expired
  /// token; a key that is bound to another user or was revoked; a user that has another key (revoke it
  /// first). The same key with the same token again is answered as the first time, since that answer may have
  /// been lost.
  Result<UserId> redeem(const Digest& token_sha256, const std::string& public_key, std::int64_t now);

  /// Empty for an unknown or revoked key.
  Result<std::optional<UserId>> user_of(const std::string& public_key) const;
  /// kNotFound when the user has no valid key.
  Status revoke(UserId user, std::int64_t now);
  /// What a device told in its hello. Unknown keys are left alone.
  Status record_session(const std::string& public_key, std::int64_t now, std::uint64_t samples);
  /// The same for its numeric profile; writes nothing where it is known already.
  Status record_probe(const std::string& public_key, const Digest& probe);

  /// All keys ever enrolled, in order of user and time.
  Result<std::vector<EnrolledUser>> list() const;

  /// Refused messages and keys by kind, for status. Collect them: every call is a disk flush.
  Status add_refusals(const std::string& kind, std::uint64_t count);
  Result<Counters> refusals() const;

 private:
  explicit EnrolmentStore(Database database) : database_(std::move(database)) {}

  Database database_;
};

}  // namespace covey::store
