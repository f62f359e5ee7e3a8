#include "common/security/token.h"

#include <charconv>

#include "common/security/keys.h"

namespace covey::security {

namespace {

constexpr std::size_t kTokenDigits = 64;
constexpr std::uint64_t kDurationSecondsMax = std::uint64_t{10} * 365 * 24 * 3600;

std::uint64_t seconds_per(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 24 * 3600;
    default:
      return 0;
  }
}

}  // namespace

std::string make_token() {
  return to_hex(SecretKey::random().bytes());
}

Result<Digest> token_digest(std::string_view text) {
  const Status other = invalid_argument("this is not a token, which has 64 hexadecimal digits");
  if (text.size() != kTokenDigits) return other;
  const auto raw = from_hex(text);
  if (!raw.ok()) return other;
  return sha256(*raw);
}

Result<std::uint64_t> parse_duration_s(std::string_view text) {
  const Status wrong =
      invalid_argument("'" + std::string(text.substr(0, 40)) +
                       "' is not a duration: a whole number followed by s, m, h or d, from 1s to 3650d");
  const std::uint64_t unit = text.empty() ? 0 : seconds_per(text.back());
  if (unit == 0) return wrong;
  std::uint64_t count = 0;
  const char* end = text.data() + text.size() - 1;
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || stop != end) return wrong;
  if (count < 1 || count > kDurationSecondsMax / unit) return wrong;
  return count * unit;
}

}  // namespace covey::security
