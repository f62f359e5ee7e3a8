#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "common/base/bytes.h"

namespace covey {

/// SHA-256 of some bytes: the name of every model, update and stored file.
struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  std::string hex() const { return to_hex(ByteSpan(bytes)); }
  /// kInvalidArgument unless `text` is 64 hexadecimal digits.
  static Result<Digest> from_hex(std::string_view text);
  /// kCorrupt unless `raw` has 32 bytes.
  static Result<Digest> from_bytes(ByteSpan raw);

  friend bool operator==(const Digest& a, const Digest& b) { return a.bytes == b.bytes; }
  friend bool operator!=(const Digest& a, const Digest& b) { return !(a == b); }
  friend bool operator<(const Digest& a, const Digest& b) { return a.bytes < b.bytes; }
};

Digest sha256(ByteSpan bytes);

/// SHA-256 over bytes that arrive in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(ByteSpan bytes);
  /// May be called once.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace covey

template <>
struct std::hash<covey::Digest> {
  std::size_t operator()(const covey::Digest& digest) const noexcept {
    std::size_t value;
    static_assert(sizeof(value) <= sizeof(digest.bytes));
    std::memcpy(&value, digest.bytes.data(), sizeof(value));
    return value;
  }
};
