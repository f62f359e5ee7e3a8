#include "common/config/reader.h"

#include <algorithm>

#include "common/config/rules.h"

namespace covey::config {

namespace {

std::string full_name(const std::string& section, const std::string& key) {
  if (section.empty() && key.empty()) return "''";
  if (section.empty() || key.empty()) return section + key;
  return section + "." + key;
}

Status problem(const std::string& place, const std::string& name, const std::string& what) {
  return invalid_argument(one_line(place + ": " + name + ": " + what));
}

}  // namespace

Status Reader::read_text(std::string_view text, const std::string& source) {
  COVEY_ASSIGN_OR_RETURN(const auto entries, parse_toml(text, source));
  for (const TomlEntry& entry : entries) COVEY_RETURN_IF_ERROR(read_entry(entry));
  return ok_status();
}

Status Reader::read_set(std::string_view set, std::size_t number) {
  const std::string place = "--set " + std::to_string(number);
  const std::size_t equals = set.find('=');
  if (equals == std::string_view::npos) {
    return problem(place, std::string(set.substr(0, 60)), "has no '=', allowed: section.key=value");
  }
  const std::string name(set.substr(0, equals));
  const std::size_t dot = name.find('.');
  const std::string section = dot == std::string::npos ? "" : name.substr(0, dot);
  const std::string key = dot == std::string::npos ? name : name.substr(dot + 1);
  const Field* field = find(section, key);
  if (field == nullptr) return unknown(place, section, key);
  const bool is_text = std::holds_alternative<std::string>(field->get(settings_));
  const auto value = parse_toml_value(set.substr(equals + 1), is_text);
  if (!value.ok()) return problem(place, name, value.status().message());
  return store(*field, place, *value);
}

Status Reader::check_complete(const std::string& source) const {
  for (const Field& field : schema()) {
    if (!carries(file_, field.scope) || places_.count(field.name()) != 0) continue;
    return problem(source, field.name(), "is missing, allowed: " + describe(field.allowed, known(field)));
  }
  return ok_status();
}

Status Reader::check() const {
  for (const Field& field : schema()) {
    if (!carries(file_, field.scope)) continue;
    const auto fitted = fit(field.allowed, known(field), field.get(settings_));
    if (!fitted.ok()) return problem(place_of(field.name()), field.name(), fitted.status().message());
  }
  for (const Rule& rule : rules_for(file_)) {
    const std::string broken = rule.broken(settings_);
    if (!broken.empty()) return problem(place_of(rule.keys.front()), rule.keys.front(), broken);
  }
  return ok_status();
}

Status Reader::read_entry(const TomlEntry& entry) {
  const std::vector<std::string> known_sections = sections();
  const std::string& section = entry.key.empty() ? entry.section : entry.key;
  const bool names_section =
      std::find(known_sections.begin(), known_sections.end(), section) != known_sections.end();
  if (entry.key.empty()) {
    if (names_section) return ok_status();
    return problem(entry.place, entry.section, "unknown section, allowed: " + joined(known_sections));
  }
  const Field* field = find(entry.section, entry.key);
  if (field != nullptr) return store(*field, entry.place, entry.value);
  if (entry.section.empty() && names_section) {
    return problem(entry.place, section, "is not a section, allowed: [" + section + "] with its keys below");
  }
  return unknown(entry.place, entry.section, entry.key);
}

Status Reader::store(const Field& field, const std::string& place,
                     const std::variant<Value, OtherValue>& value) {
  if (const auto* other = std::get_if<OtherValue>(&value)) {
    return problem(place, field.name(),
                   other->kind + " has the wrong type, allowed: " + describe(field.allowed, known(field)));
  }
  const auto fitted = fit(field.allowed, known(field), std::get<Value>(value));
  if (!fitted.ok()) return problem(place, field.name(), fitted.status().message());
  field.set(settings_, *fitted);
  places_[field.name()] = place;
  return ok_status();
}

Status Reader::unknown(const std::string& place, const std::string& section, const std::string& key) const {
  const std::vector<std::string> keys = keys_of(section);
  if (keys.empty()) return problem(place, section, "unknown section, allowed: " + joined(sections()));
  std::string allowed = joined(keys);
  if (section.empty()) allowed += ", or a section: " + joined(sections());
  return problem(place, full_name(section, key), "unknown key, allowed: " + allowed);
}

const Field* Reader::find(const std::string& section, const std::string& key) const {
  for (const Field& field : schema()) {
    if (field.section == section && field.key == key && carries(file_, field.scope)) return &field;
  }
  return nullptr;
}

std::vector<std::string> Reader::keys_of(const std::string& section) const {
  std::vector<std::string> keys;
  for (const Field& field : schema()) {
    if (field.section == section && carries(file_, field.scope)) keys.push_back(field.key);
  }
  return keys;
}

std::vector<std::string> Reader::sections() const {
  std::vector<std::string> names;
  for (const Field& field : schema()) {
    if (field.section.empty() || !carries(file_, field.scope)) continue;
    if (names.empty() || names.back() != field.section) names.push_back(field.section);
  }
  return names;
}

const std::vector<std::string>* Reader::known(const Field& field) const {
  const auto found = names_.by_key.find(field.name());
  return found == names_.by_key.end() ? nullptr : &found->second;
}

std::string Reader::place_of(const std::string& name) const {
  const auto found = places_.find(name);
  return found == places_.end() ? "default" : found->second;
}

}  // namespace covey::config
