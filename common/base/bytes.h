#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/span.h"
#include "common/base/status.h"

namespace covey {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = Span<const std::uint8_t>;

inline ByteSpan as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string to_hex(ByteSpan bytes);
/// kInvalidArgument unless `text` is an even number of hexadecimal digits.
Result<Bytes> from_hex(std::string_view text);

/// Appends little-endian numbers and raw bytes.
class ByteWriter {
 public:
  template <typename T>
  void put(T value) {
    static_assert(std::is_arithmetic_v<T>);
    // Every supported machine is little-endian (checked where bytes.cc is compiled).
    const auto* raw = reinterpret_cast<const std::uint8_t*>(&value);
    bytes_.insert(bytes_.end(), raw, raw + sizeof(T));
  }
  void put_bytes(ByteSpan bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  /// u16 length, then the characters; at most 65,535 of them.
  void put_text(std::string_view text);

  Bytes& bytes() { return bytes_; }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

/// Reads what ByteWriter wrote from bytes that nobody has checked: every read is bounded and says where it
/// failed.
class ByteReader {
 public:
  explicit ByteReader(ByteSpan bytes) : bytes_(bytes) {}

  std::size_t offset() const { return offset_; }
  std::size_t remaining() const { return bytes_.size() - offset_; }

  /// kCorrupt "truncated at byte N: WHAT needs M more bytes" when too little is left.
  template <typename T>
  Result<T> get(const char* what) {
    static_assert(std::is_arithmetic_v<T>);
    if (remaining() < sizeof(T)) return truncated(what, sizeof(T));
    T value;
    std::memcpy(&value, bytes_.data() + offset_, sizeof(T));
    offset_ += sizeof(T);
    return value;
  }
  Result<ByteSpan> get_bytes(std::size_t count, const char* what);
  Result<std::string> get_text(const char* what);

 private:
  Status truncated(const char* what, std::size_t needed) const;

  ByteSpan bytes_;
  std::size_t offset_ = 0;
};

}  // namespace covey
