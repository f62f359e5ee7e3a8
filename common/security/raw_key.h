#pragma once

#include <openssl/evp.h>

#include <memory>

#include "common/security/keys.h"

/// Raw 32-byte keys as OpenSSL keys. `type` is EVP_PKEY_X25519 or EVP_PKEY_ED25519.
namespace covey::security::detail {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using OpensslKey = std::unique_ptr<EVP_PKEY, FreeKey>;

OpensslKey openssl_secret(int type, const SecretKey& secret);
/// Empty when OpenSSL refuses the bytes.
OpensslKey openssl_public(int type, const PublicKey& key);
/// The public half that belongs to `secret`.
PublicKey public_half(int type, const SecretKey& secret);

}  // namespace covey::security::detail
