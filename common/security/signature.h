#pragma once

#include "common/base/digest.h"
#include "common/base/ids.h"
#include "common/security/keys.h"

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

Bytes sign_model(const SigningKeys& keys, const ModelUse& use);
/// kRefused unless `signature` was made by the owner of `signing_key` for exactly this use.
Status verify_model(const PublicKey& signing_key, const ModelUse& use, ByteSpan signature);

Bytes sign_settings(const SigningKeys& keys, const Digest& run_id, ByteSpan settings);
Status verify_settings(const PublicKey& signing_key, const Digest& run_id, ByteSpan settings,
                       ByteSpan signature);

}  // namespace covey::security
