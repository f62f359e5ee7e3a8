#include "common/config/toml_text.h"

#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace covey::config {

namespace {

using AnyValue = std::variant<Value, OtherValue>;

/// toml++ frees tables inside tables by recursion, and only dots can nest them deeply; a real file has a few
/// hundred.
constexpr std::ptrdiff_t kDotsMax = 1000;

/// Also of an empty list.
std::optional<std::vector<std::int64_t>> whole_numbers_of(const toml::array& array) {
  std::vector<std::int64_t> numbers;
  for (const toml::node& item : array) {
    if (!item.is_integer()) return std::nullopt;
    numbers.push_back(item.value_or(std::int64_t{0}));
  }
  return numbers;
}

std::optional<std::vector<double>> numbers_of(const toml::array& array) {
  std::vector<double> numbers;
  for (const toml::node& item : array) {
    if (!item.is_number()) return std::nullopt;
    numbers.push_back(item.value_or(0.0));
  }
  return numbers;
}

std::optional<std::vector<std::string>> texts_of(const toml::array& array) {
  std::vector<std::string> texts;
  for (const toml::node& item : array) {
    if (!item.is_string()) return std::nullopt;
    texts.push_back(item.value_or(std::string()));
  }
  return texts;
}

AnyValue value_of(const toml::node& node) {
  // Built in place: g++ 12 sees uninitialised members in a moved temporary when sanitizers are on.
  constexpr std::in_place_type_t<Value> kSetting;
  if (const auto* flag = node.as_boolean()) return AnyValue(kSetting, flag->get());
  if (const auto* number = node.as_integer()) return AnyValue(kSetting, number->get());
  if (const auto* number = node.as_floating_point()) return AnyValue(kSetting, number->get());
  if (const auto* text = node.as_string()) return AnyValue(kSetting, text->get());
  if (node.is_table()) return OtherValue{"a table"};
  if (const auto* array = node.as_array()) {
    if (auto numbers = whole_numbers_of(*array)) return AnyValue(kSetting, *std::move(numbers));
    if (auto numbers = numbers_of(*array)) return AnyValue(kSetting, *std::move(numbers));
    if (auto texts = texts_of(*array)) return AnyValue(kSetting, *std::move(texts));
    return OtherValue{"a list"};
  }
  return OtherValue{"a date or time"};
}

/// Collects the keys of a document, then hands them out in the order of the text.
class Flattener {
 public:
  explicit Flattener(std::string source) : source_(std::move(source)) {}

  void add(const toml::key& key, const toml::node& node) {
    const auto* section = node.as_table();
    if (section == nullptr) {
      insert("", key, value_of(node));
      return;
    }
    const std::string name(key.str());
    entries_.push_back({position(key), {name, "", place(key), OtherValue{"a section"}}});
    for (const auto& [inner_key, inner] : *section) insert(name, inner_key, value_of(inner));
  }

  std::vector<TomlEntry> take() {
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<TomlEntry> sorted;
    for (auto& entry : entries_) sorted.push_back(std::move(entry.second));
    return sorted;
  }

 private:
  using Position = std::pair<std::uint32_t, std::uint32_t>;

  static Position position(const toml::key& key) {
    return {key.source().begin.line, key.source().begin.column};
  }
  std::string place(const toml::key& key) const {
    return source_ + ":" + std::to_string(position(key).first);
  }
  void insert(const std::string& section, const toml::key& key, AnyValue value) {
    entries_.push_back({position(key), {section, std::string(key.str()), place(key), std::move(value)}});
  }

  std::string source_;
  std::vector<std::pair<Position, TomlEntry>> entries_;
};

Status check_size(std::string_view text) {
  if (text.size() > kTomlBytesMax) {
    return invalid_argument("has " + std::to_string(text.size()) + " bytes, allowed: up to " +
                            std::to_string(kTomlBytesMax));
  }
  if (std::count(text.begin(), text.end(), '.') > kDotsMax) {
    return invalid_argument("is not a settings file: it has more than " + std::to_string(kDotsMax) + " dots");
  }
  return ok_status();
}

}  // namespace

Result<std::vector<TomlEntry>> parse_toml(std::string_view text, const std::string& source) {
  const std::string name = one_line(source);
  if (const Status size = check_size(text); !size.ok()) return size.with_context(name);
  try {
    const toml::table document = toml::parse(text);
    Flattener flattener(name);
    for (const auto& [key, node] : document) flattener.add(key, node);
    return flattener.take();
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    return invalid_argument(name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
                            ": not valid TOML: " + one_line(error.description()));
  }
}

Result<std::variant<Value, OtherValue>> parse_toml_value(std::string_view text, bool is_text) {
  if (const Status size = check_size(text); !size.ok()) return size;
  const bool is_quoted = !text.empty() && (text.front() == '"' || text.front() == '\'');
  if (!is_text || is_quoted) {
    try {
      const toml::table document = toml::parse("value = " + std::string(text));
      // More keys mean that the text went on after a line break.
      if (document.size() == 1) return value_of(*document.get("value"));
    } catch (const toml::parse_error&) {
      // Not a TOML value, so it is meant as plain text.
    }
  }
  try {
    return value_of(*toml::parse("value = " + toml_quoted(text)).get("value"));
  } catch (const toml::parse_error&) {
    return invalid_argument("the value is not UTF-8 text");
  }
}

std::string one_line(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      line += c;
    } else {
      line += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return line;
}

}  // namespace covey::config
