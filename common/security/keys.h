#pragma once

#include <array>
#include <cstdint>

#include "common/base/file.h"

/// Identities. A device has CURVE keys; the coordinator has CURVE keys and signing keys.
namespace covey::security {

using PublicKey = std::array<std::uint8_t, 32>;

/// kCorrupt unless `raw` has 32 bytes.
Result<PublicKey> public_key_from_bytes(ByteSpan raw);

/// 32 secret bytes, overwritten when they are no longer needed.
class SecretKey {
 public:
  SecretKey() = default;
  explicit SecretKey(const std::array<std::uint8_t, 32>& bytes) : bytes_(bytes) {}
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  ~SecretKey();

  /// From the operating system's secure generator.
  static SecretKey random();

  ByteSpan bytes() const { return bytes_; }
  std::array<std::uint8_t, 32>& mutable_bytes() { return bytes_; }

 private:
  std::array<std::uint8_t, 32> bytes_{};
};

/// X25519 keys of the encrypted link (ZeroMQ CURVE).
struct CurveKeys {
  PublicKey public_key{};
  SecretKey secret_key;

  static CurveKeys generate();
  static CurveKeys from_secret(const SecretKey& secret);
};

/// Ed25519 keys with which the coordinator signs models and settings.
struct SigningKeys {
  PublicKey public_key{};
  SecretKey secret_key;

  static SigningKeys generate();
  static SigningKeys from_secret(const SecretKey& secret);
};

/// Keys lie in `directory` as curve.key and signing.key: 64 hexadecimal digits of the secret half, mode 0600.
/// Saving makes the directory (0700) if needed and never replaces a key: kInvalidArgument if there is one.
/// Loading: kNotFound; kCorrupt for other content; kInvalidArgument if group or others can touch the file.
Status save_keys(const fs::path& directory, const CurveKeys& keys);
Status save_keys(const fs::path& directory, const SigningKeys& keys);
Result<CurveKeys> load_curve_keys(const fs::path& directory);
Result<SigningKeys> load_signing_keys(const fs::path& directory);

}  // namespace covey::security
