#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/status.h"
#include "common/config/value.h"

namespace covey::config {

/// TOML that no setting can be (a date, a table, a list of texts), in words.
struct OtherValue {
  std::string kind;
};

/// One key of a TOML text. A section header is an entry with an empty key.
struct TomlEntry {
  std::string section;  ///< empty at the top
  std::string key;
  std::string place;  ///< "SOURCE:LINE"
  std::variant<Value, OtherValue> value;
};

/// Largest text that is read, in bytes.
inline constexpr std::size_t kTomlBytesMax = std::size_t{1} << 16;

/// The keys of `text`, in its order; tables deeper than a section are one OtherValue.
///   errors  kInvalidArgument "SOURCE:LINE:COLUMN: not valid TOML: ...", one line
Result<std::vector<TomlEntry>> parse_toml(std::string_view text, const std::string& source);

/// What stands right of the equals sign in `--set section.key=TEXT`: a TOML value where it is one, else the
/// text itself. kInvalidArgument when the text is not UTF-8.
Result<std::variant<Value, OtherValue>> parse_toml_value(std::string_view text, bool is_text);

/// The same without line breaks and other control characters.
std::string one_line(std::string_view text);

}  // namespace covey::config
