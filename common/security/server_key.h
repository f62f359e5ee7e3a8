#pragma once

#include <string>
#include <string_view>

#include "common/base/digest.h"
#include "common/security/keys.h"

namespace covey::security {

/// What `--server-key` carries: enough to open the encrypted link, and a pin for the signing key that arrives
/// over it. As text: 128 hexadecimal digits, curve public key (32 bytes) then SHA-256(curve public key,
/// signing public key).
struct ServerKey {
  PublicKey curve{};
  Digest pin;

  /// Is `signing_key` the one that the operator's key vouches for?
  bool matches(ByteSpan signing_key) const;
};

std::string make_server_key(const PublicKey& curve, const PublicKey& signing);

/// kInvalidArgument with what is wrong and what is allowed.
Result<ServerKey> parse_server_key(std::string_view text);

}  // namespace covey::security
