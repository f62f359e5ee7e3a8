#include "common/config/experiment_file.h"

#include "common/config/printer.h"
#include "common/config/reader.h"

namespace covey::config {

namespace {

ClientSettings holding(const Experiment& experiment) {
  ClientSettings settings;
  settings.experiment = experiment;
  return settings;
}

}  // namespace

Result<Experiment> load_experiment(const fs::path& path, const std::vector<std::string>& sets,
                                   const KnownNames& names) {
  const Result<std::string> text = read_text_file(path, kTomlBytesMax);
  // Whatever the reason, the program was called with a file that it cannot use.
  if (!text.ok()) return invalid_argument(one_line(text.status().message()));
  return parse_experiment(*text, path.string(), sets, names);
}

Result<Experiment> parse_experiment(std::string_view text, const std::string& source,
                                    const std::vector<std::string>& sets, const KnownNames& names) {
  Reader reader(FileKind::kExperiment, names);
  COVEY_RETURN_IF_ERROR(reader.read_text(text, source));
  std::size_t number = 0;
  for (const std::string& set : sets) COVEY_RETURN_IF_ERROR(reader.read_set(set, ++number));
  COVEY_RETURN_IF_ERROR(reader.check());
  return reader.settings().experiment;
}

std::string to_toml(const Experiment& experiment) {
  return "# A Covey experiment, complete: every key with the value that is in effect.\n" +
         print_settings(FileKind::kExperiment, holding(experiment));
}

std::optional<std::string> first_difference(const Experiment& a, const Experiment& b) {
  const ClientSettings first = holding(a);
  const ClientSettings second = holding(b);
  for (const Field& field : schema()) {
    if (!carries(FileKind::kExperiment, field.scope)) continue;
    const Value left = field.get(first);
    const Value right = field.get(second);
    if (left != right) return field.name() + ": " + print(left) + " against " + print(right);
  }
  return std::nullopt;
}

Digest experiment_sha256(const Experiment& experiment) {
  return sha256(as_bytes(to_toml(experiment)));
}

}  // namespace covey::config
