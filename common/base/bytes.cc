#include "common/base/bytes.h"

namespace covey {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "Covey's formats are written on little-endian machines only");

std::string to_hex(ByteSpan bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return invalid_argument("hexadecimal text needs an even number of digits");
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0)
      return invalid_argument("not a hexadecimal digit at position " + std::to_string(i));
    bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return bytes;
}

void ByteWriter::put_text(std::string_view text) {
  COVEY_CHECK(text.size() <= 0xffff, text.size());
  put(static_cast<std::uint16_t>(text.size()));
  put_bytes(as_bytes(text));
}

Result<ByteSpan> ByteReader::get_bytes(std::size_t count, const char* what) {
  if (remaining() < count) return truncated(what, count);
  const ByteSpan bytes = bytes_.subspan(offset_, count);
  offset_ += count;
  return bytes;
}

Result<std::string> ByteReader::get_text(const char* what) {
  COVEY_ASSIGN_OR_RETURN(const auto length, get<std::uint16_t>(what));
  COVEY_ASSIGN_OR_RETURN(const ByteSpan bytes, get_bytes(length, what));
  return std::string(as_text(bytes));
}

Status ByteReader::truncated(const char* what, std::size_t needed) const {
  return corrupt("truncated at byte " + std::to_string(offset_) + ": " + what + " needs " +
                 std::to_string(needed) + " bytes, " + std::to_string(remaining()) + " are left");
}

}  // namespace covey
