#include "common/security/keys.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/security/raw_key.h"

namespace covey::security {

namespace {

constexpr const char* kCurveFile = "curve.key";
constexpr const char* kSigningFile = "signing.key";
constexpr std::size_t kSecretDigits = 64;

Status make_private_directory(const fs::path& directory) {
  if (fs::exists(directory)) return ok_status();
  COVEY_RETURN_IF_ERROR(make_directories(directory));
  if (::chmod(directory.c_str(), 0700) == 0) return ok_status();
  return internal_error(directory.string() + ": cannot make it private: " + std::strerror(errno));
}

Status save_secret(const fs::path& directory, const char* name, const SecretKey& secret) {
  const fs::path file = directory / name;
  COVEY_RETURN_IF_ERROR(make_private_directory(directory));
  if (fs::exists(file))
    return invalid_argument(file.string() + ": exists already, and keys are never replaced");
  std::string text = to_hex(secret.bytes()) + "\n";
  const Status status = write_file_atomically(file, as_bytes(text), 0600);
  OPENSSL_cleanse(text.data(), text.size());
  return status;
}

/// A key that others could read is a key that others may have.
Status check_private(const fs::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) {
    const std::string message = file.string() + ": cannot open: " + std::strerror(errno);
    return errno == ENOENT ? not_found(message) : internal_error(message);
  }
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) == 0) return ok_status();
  return invalid_argument(file.string() +
                          ": group or others may access this key file; make it private with chmod 600");
}

Result<SecretKey> parse_secret(const fs::path& file, std::string_view text) {
  if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  auto raw = text.size() == kSecretDigits ? from_hex(text) : Result<Bytes>(invalid_argument("wrong length"));
  if (!raw.ok()) return corrupt(file.string() + ": not a key file, which holds 64 hexadecimal digits");
  SecretKey secret;
  std::copy(raw->begin(), raw->end(), secret.mutable_bytes().begin());
  OPENSSL_cleanse(raw->data(), raw->size());
  return secret;
}

Result<SecretKey> load_secret(const fs::path& directory, const char* name) {
  const fs::path file = directory / name;
  COVEY_RETURN_IF_ERROR(check_private(file));
  COVEY_ASSIGN_OR_RETURN(Bytes text, read_file(file, 4096));
  auto secret = parse_secret(file, as_text(text));
  OPENSSL_cleanse(text.data(), text.size());
  return secret;
}

}  // namespace

Result<PublicKey> public_key_from_bytes(ByteSpan raw) {
  PublicKey key;
  if (raw.size() != key.size())
    return corrupt("a public key has 32 bytes, not " + std::to_string(raw.size()));
  std::copy(raw.begin(), raw.end(), key.begin());
  return key;
}

SecretKey::~SecretKey() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

SecretKey SecretKey::random() {
  SecretKey secret;
  COVEY_CHECK(RAND_priv_bytes(secret.bytes_.data(), static_cast<int>(secret.bytes_.size())) == 1,
              "the secure random generator failed");
  return secret;
}

CurveKeys CurveKeys::generate() {
  return from_secret(SecretKey::random());
}

CurveKeys CurveKeys::from_secret(const SecretKey& secret) {
  return {detail::public_half(EVP_PKEY_X25519, secret), secret};
}

SigningKeys SigningKeys::generate() {
  return from_secret(SecretKey::random());
}

SigningKeys SigningKeys::from_secret(const SecretKey& secret) {
  return {detail::public_half(EVP_PKEY_ED25519, secret), secret};
}

Status save_keys(const fs::path& directory, const CurveKeys& keys) {
  return save_secret(directory, kCurveFile, keys.secret_key);
}

Status save_keys(const fs::path& directory, const SigningKeys& keys) {
  return save_secret(directory, kSigningFile, keys.secret_key);
}

Result<CurveKeys> load_curve_keys(const fs::path& directory) {
  COVEY_ASSIGN_OR_RETURN(const SecretKey secret, load_secret(directory, kCurveFile));
  return CurveKeys::from_secret(secret);
}

Result<SigningKeys> load_signing_keys(const fs::path& directory) {
  COVEY_ASSIGN_OR_RETURN(const SecretKey secret, load_secret(directory, kSigningFile));
  return SigningKeys::from_secret(secret);
}

}  // namespace covey::security
