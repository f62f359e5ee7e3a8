#include "common/security/signature.h"

#include <openssl/evp.h>

#include <memory>

#include "common/security/raw_key.h"

namespace covey::security {

namespace {

constexpr std::size_t kSignatureBytes = 64;
constexpr std::string_view kModelTag("covey.model.1\0\0\0", 16);
constexpr std::string_view kSettingsTag("covey.settings.1", 16);

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

Bytes payload_of(const ModelUse& use) {
  ByteWriter out;
  out.put_bytes(as_bytes(kModelTag));
  out.put_bytes(use.run_id.bytes);
  out.put(use.round);
  out.put(use.attempt);
  out.put(use.group.value);
  out.put_bytes(use.model.bytes);
  return out.take();
}

Bytes payload_of(const Digest& run_id, ByteSpan settings) {
  ByteWriter out;
  out.put_bytes(as_bytes(kSettingsTag));
  out.put_bytes(run_id.bytes);
  out.put(std::uint64_t{settings.size()});
  out.put_bytes(settings);
  return out.take();
}

Bytes sign(EVP_PKEY* key, ByteSpan payload) {
  const Context context(EVP_MD_CTX_new());
  Bytes signature(kSignatureBytes);
  std::size_t size = signature.size();
  COVEY_CHECK(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key) == 1);
  COVEY_CHECK(EVP_DigestSign(context.get(), signature.data(), &size, payload.data(), payload.size()) == 1);
  COVEY_CHECK(size == signature.size(), size);
  return signature;
}

bool verified(EVP_PKEY* key, ByteSpan payload, ByteSpan signature) {
  if (signature.size() != kSignatureBytes) return false;
  const Context context(EVP_MD_CTX_new());
  if (EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) != 1) return false;
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), payload.data(),
                          payload.size()) == 1;
}

}  // namespace

Signer::Signer(const SigningKeys& keys) : key_(detail::openssl_secret(EVP_PKEY_ED25519, keys.secret_key)) {}

Bytes Signer::sign_model(const ModelUse& use) const {
  return sign(key_.get(), payload_of(use));
}

Bytes Signer::sign_settings(const Digest& run_id, ByteSpan settings) const {
  return sign(key_.get(), payload_of(run_id, settings));
}

Result<Verifier> Verifier::make(ByteSpan signing_key) {
  COVEY_ASSIGN_OR_RETURN(const PublicKey raw, public_key_from_bytes(signing_key));
  auto key = detail::openssl_public(EVP_PKEY_ED25519, raw);
  if (key == nullptr) return corrupt("the signing key is no Ed25519 key");
  return Verifier(std::move(key));
}

Status Verifier::verify_model(const ModelUse& use, ByteSpan signature) const {
  if (verified(key_.get(), payload_of(use), signature)) return ok_status();
  return refused("the signature does not cover model " + use.model.hex() + " for round " +
                 std::to_string(use.round));
}

Status Verifier::verify_settings(const Digest& run_id, ByteSpan settings, ByteSpan signature) const {
  if (verified(key_.get(), payload_of(run_id, settings), signature)) return ok_status();
  return refused("the signature does not cover the settings of run " + run_id.hex());
}

}  // namespace covey::security
