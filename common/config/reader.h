#pragma once

#include <map>
#include <string>
#include <string_view>

#include "common/config/schema.h"
#include "common/config/toml_text.h"

namespace covey::config {

/// Fills settings from a text and from `--set` values, remembers where each came from, and checks them.
/// All errors are kInvalidArgument with one line.
class Reader {
 public:
  Reader(FileKind file, const KnownNames& names) : file_(file), names_(names) {}

  Status read_text(std::string_view text, const std::string& source);

  /// `set` is "section.key=value"; `number` counts from 1.
  Status read_set(std::string_view set, std::size_t number);

  /// kInvalidArgument when the file did not bring every key.
  Status check_complete(const std::string& source) const;

  /// Checks what needs all settings: the rules, and the defaults that nobody set.
  Status check() const;

  const ClientSettings& settings() const { return settings_; }

 private:
  Status read_entry(const TomlEntry& entry);
  Status store(const Field& field, const std::string& place, const std::variant<Value, OtherValue>& value);
  Status unknown(const std::string& place, const std::string& section, const std::string& key) const;
  const Field* find(const std::string& section, const std::string& key) const;
  std::vector<std::string> keys_of(const std::string& section) const;
  std::vector<std::string> sections() const;
  const std::vector<std::string>* known(const Field& field) const;
  std::string place_of(const std::string& name) const;

  FileKind file_;
  const KnownNames& names_;
  ClientSettings settings_;
  std::map<std::string, std::string> places_;  ///< by name of the setting
};

}  // namespace covey::config
