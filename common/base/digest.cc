#include "common/base/digest.h"

#include <openssl/evp.h>

#include <algorithm>

namespace covey {

Result<Digest> Digest::from_hex(std::string_view text) {
  COVEY_ASSIGN_OR_RETURN(const Bytes raw, covey::from_hex(text));
  if (raw.size() != 32)
    return invalid_argument("a digest has 64 hexadecimal digits, not " + std::to_string(text.size()));
  return from_bytes(raw);
}

Result<Digest> Digest::from_bytes(ByteSpan raw) {
  Digest digest;
  if (raw.size() != digest.bytes.size())
    return corrupt("a digest has 32 bytes, not " + std::to_string(raw.size()));
  std::copy(raw.begin(), raw.end(), digest.bytes.begin());
  return digest;
}

namespace {

// Looked up once: asking by name takes as long as hashing some kilobytes.
const EVP_MD* algorithm() {
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  COVEY_CHECK(sha256 != nullptr, "OpenSSL has no SHA-256");
  return sha256;
}

}  // namespace

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  COVEY_CHECK(EVP_DigestInit_ex(state_->context, algorithm(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(ByteSpan bytes) {
  COVEY_CHECK(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
}

Digest Sha256::finish() {
  Digest digest;
  unsigned int length = 0;
  COVEY_CHECK(EVP_DigestFinal_ex(state_->context, digest.bytes.data(), &length) == 1);
  COVEY_CHECK(length == digest.bytes.size(), length);
  return digest;
}

Digest sha256(ByteSpan bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

}  // namespace covey
