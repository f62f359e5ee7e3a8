#include "common/security/server_key.h"

#include <algorithm>

namespace covey::security {

namespace {

constexpr std::size_t kDigits = 128;

Digest pin_of(const PublicKey& curve, ByteSpan signing_key) {
  Sha256 hash;
  hash.update(curve);
  hash.update(signing_key);
  return hash.finish();
}

}  // namespace

bool ServerKey::matches(ByteSpan signing_key) const {
  // The length matters: the digest does not say where one key ends and the other begins.
  return signing_key.size() == PublicKey{}.size() && pin_of(curve, signing_key) == pin;
}

std::string make_server_key(const PublicKey& curve, const PublicKey& signing) {
  return to_hex(curve) + pin_of(curve, signing).hex();
}

Result<ServerKey> parse_server_key(std::string_view text) {
  const std::string allowed = "; it is the 128 hexadecimal digits that covey-coordinator init printed";
  if (text.size() != kDigits) {
    return invalid_argument("the server key has " + std::to_string(text.size()) + " characters" + allowed);
  }
  const auto raw = from_hex(text);
  if (!raw.ok()) return invalid_argument("the server key: " + raw.status().message() + allowed);
  ServerKey key;
  std::copy(raw->begin(), raw->begin() + 32, key.curve.begin());
  std::copy(raw->begin() + 32, raw->end(), key.pin.bytes.begin());
  return key;
}

}  // namespace covey::security
