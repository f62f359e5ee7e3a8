#pragma once

#include <memory>
#include <utility>

#include "common/base/digest.h"
#include "common/base/ids.h"
#include "common/security/keys.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

/// Ed25519 signatures of what a client acts on. The signed bytes are fixed in common/wire/FORMAT.md; each
/// kind starts with its own tag, so that no signature can stand for another kind.
namespace covey::security {

/// A model, and the one use it is signed for.
struct ModelUse {
  Digest run_id;
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  GroupId group;
  Digest model;
};

/// Signs with the coordinator's key. Made once: reading a key costs as much as a signature.
class Signer {
 public:
  explicit Signer(const SigningKeys& keys);

  Bytes sign_model(const ModelUse& use) const;
  Bytes sign_settings(const Digest& run_id, ByteSpan settings) const;

 private:
  std::shared_ptr<evp_pkey_st> key_;
};

/// Tells what the owner of a signing key has signed.
class Verifier {
 public:
  /// kCorrupt unless `signing_key` is an Ed25519 public key of 32 bytes.
  static Result<Verifier> make(ByteSpan signing_key);

  /// kRefused unless `signature` was made for exactly this use.
  Status verify_model(const ModelUse& use, ByteSpan signature) const;
  Status verify_settings(const Digest& run_id, ByteSpan settings, ByteSpan signature) const;

 private:
  explicit Verifier(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace covey::security
