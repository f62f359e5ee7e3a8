#include "common/config/printer.h"

namespace covey::config {

namespace {

constexpr std::size_t kCommentColumn = 34;

std::string line_of(const Field& field, const ClientSettings& settings) {
  std::string line = field.key + " = " + print(field.get(settings));
  line.resize(std::max(line.size() + 2, kCommentColumn), ' ');
  line += "# " + field.help;
  // Which names there are depends on the build; flags explain themselves.
  const bool has_range = !std::holds_alternative<Named>(field.allowed) &&
                         !std::holds_alternative<Text>(field.allowed) &&
                         !std::holds_alternative<Flag>(field.allowed);
  if (has_range) line += " (" + describe(field.allowed, nullptr) + ")";
  return line + "\n";
}

}  // namespace

std::string print_settings(FileKind file, const ClientSettings& settings) {
  std::string text;
  std::string section;
  for (const Field& field : schema()) {
    if (!carries(file, field.scope)) continue;
    if (field.section != section) text += "\n[" + field.section + "]\n";
    section = field.section;
    text += line_of(field, settings);
  }
  return text;
}

}  // namespace covey::config
