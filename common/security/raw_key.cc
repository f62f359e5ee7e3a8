#include "common/security/raw_key.h"

namespace covey::security::detail {

OpensslKey openssl_secret(int type, const SecretKey& secret) {
  OpensslKey key(EVP_PKEY_new_raw_private_key(type, nullptr, secret.bytes().data(), secret.bytes().size()));
  COVEY_CHECK(key != nullptr, "OpenSSL lacks the key type", type);
  return key;
}

OpensslKey openssl_public(int type, const PublicKey& key) {
  return OpensslKey(EVP_PKEY_new_raw_public_key(type, nullptr, key.data(), key.size()));
}

PublicKey public_half(int type, const SecretKey& secret) {
  const OpensslKey key = openssl_secret(type, secret);
  PublicKey half;
  std::size_t size = half.size();
  COVEY_CHECK(EVP_PKEY_get_raw_public_key(key.get(), half.data(), &size) == 1 && size == half.size());
  return half;
}

}  // namespace covey::security::detail
