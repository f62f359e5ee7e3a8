#include "simulator/report/markup.h"

#include <algorithm>

namespace covey::simulator {

namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD";

bool continues(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

/// Bytes of the character at `at`, or 0 when they are not UTF-8 that XML allows.
std::size_t character_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return first >= 0x20 || first == '\n' || first == '\t' ? 1 : 0;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues(text, at + i)) return 0;
  }
  if (first == 0xE0 && byte(1) < 0xA0) return 0;                     // could be shorter
  if (first == 0xF0 && byte(1) < 0x90) return 0;                     // could be shorter
  if (first == 0xF4 && byte(1) > 0x8F) return 0;                     // beyond U+10FFFF
  if (first == 0xED && byte(1) > 0x9F) return 0;                     // half of a surrogate pair
  if (first == 0xEF && byte(1) == 0xBF && byte(2) > 0xBD) return 0;  // U+FFFE and U+FFFF
  return length;
}

const char* entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return nullptr;
  }
}

}  // namespace

std::string escape_markup(std::string_view text) {
  std::string escaped;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    if (length == 0) {
      escaped += kReplacement;
    } else if (const char* replaced = entity(text[at])) {
      escaped += replaced;
    } else {
      escaped += text.substr(at, length);
    }
    at += std::max<std::size_t>(length, 1);
  }
  return escaped;
}

std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++at) count += continues(text, at) ? 0 : 1;
  return count;
}

}  // namespace covey::simulator
