#pragma once

#include <string>
#include <string_view>

namespace covey::simulator {

/// Any bytes as text or attribute value of HTML or XML: markup is escaped, and what may not stand in XML
/// (control characters, broken UTF-8) becomes U+FFFD.
std::string escape_markup(std::string_view text);

/// Characters, not bytes, of UTF-8 text.
std::size_t character_count(std::string_view text);

}  // namespace covey::simulator
