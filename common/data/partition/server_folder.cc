#include "common/data/partition/server_folder.h"

#include <algorithm>

#include "common/data/images.h"
#include "common/data/partition/sample_files.h"
#include "common/data/text/vocabulary.h"

namespace covey::data {

namespace {

using nlohmann::json;

constexpr const char* kDescription = "dataset.json";
constexpr std::uint64_t kDescriptionBytesMax = std::uint64_t{1} << 23;
constexpr std::uint64_t kSamplesMax = kImagesMax;

struct Description {
  DataSpec spec;
  SampleKind kind = SampleKind::kImage;
  std::size_t labelled = 0;
  std::size_t test = 0;
};

/// Folders of images from before there were others do not say so.
Result<SampleKind> kind_in(const json& object) {
  const auto found = object.find("kind");
  if (found == object.end()) return SampleKind::kImage;
  const auto kind = parse_kind(found->is_string() ? found->get<std::string>() : "");
  if (kind.ok()) return kind;
  return corrupt("'kind': expected \"image\", \"text\" or \"regions\"");
}

Result<Description> parse_description(const std::string& text) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return corrupt("expected one JSON object");
  Description description;
  COVEY_ASSIGN_OR_RETURN(const std::uint64_t classes, whole_number(object, "classes", kClassesMax));
  description.spec.classes = static_cast<int>(classes);
  if (const auto task = object.find("task"); task != object.end()) {
    if (!task->is_string()) return corrupt("'task': expected a name");
    description.spec.task = task->get<std::string>();
  }
  COVEY_ASSIGN_OR_RETURN(description.labelled, whole_number(object, "labelled", kSamplesMax));
  COVEY_ASSIGN_OR_RETURN(description.test, whole_number(object, "test", kSamplesMax));
  COVEY_ASSIGN_OR_RETURN(description.kind, kind_in(object));
  COVEY_RETURN_IF_ERROR(sample_files(description.kind).read_description(object, description.spec));
  return description;
}

}  // namespace

Result<std::uint64_t> whole_number(const json& object, const char* key, std::uint64_t most) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_number_unsigned()) {
    const auto value = found->get<std::uint64_t>();
    if (value >= 1 && value <= most) return value;
  }
  return corrupt(std::string("'") + key + "': expected a whole number of 1 to " + std::to_string(most));
}

Result<std::vector<std::string>> vocabulary_words(const json& object) {
  const auto found = object.find("vocabulary");
  const bool texts =
      found != object.end() && found->is_array() &&
      std::all_of(found->begin(), found->end(), [](const json& word) { return word.is_string(); });
  if (!texts) return corrupt("'vocabulary': expected a list of words");
  auto words = found->get<std::vector<std::string>>();
  const auto vocabulary = Vocabulary::of_words(words);
  if (!vocabulary.ok()) return corrupt("'vocabulary': " + vocabulary.status().message());
  return words;
}

std::string padded_number(std::size_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return digits.size() >= width ? digits : std::string(width - digits.size(), '0') + digits;
}

const SampleFiles& sample_files(SampleKind kind) {
  switch (kind) {
    case SampleKind::kImage:
      return image_files();
    case SampleKind::kText:
      return text_files();
    case SampleKind::kRegions:
      return region_files();
  }
  COVEY_CHECK(false, "no such kind of sample");
  return image_files();
}

bool is_server_folder(const fs::path& folder) {
  std::error_code error;
  return !folder.empty() && fs::is_regular_file(folder / kDescription, error);
}

Status write_server_folder(const ServerData& server, const fs::path& folder) {
  const SampleKind kind = server.format.kind;
  COVEY_RETURN_IF_ERROR(sample_files(kind).write_labelled(server.labelled, folder / "train"));
  COVEY_RETURN_IF_ERROR(sample_files(kind).write_labelled(server.test, folder / "test"));
  json description = sample_files(kind).describe(server);
  description["kind"] = kind_name(kind);
  description["task"] = server.task;
  description["classes"] = server.classes;
  description["labelled"] = server.labelled.size();
  description["test"] = server.test.size();
  return write_file_atomically(folder / kDescription, as_bytes(description.dump(2) + "\n"));
}

Result<ServerData> read_server_folder(const fs::path& folder) {
  COVEY_ASSIGN_OR_RETURN(const std::string text, read_text_file(folder / kDescription, kDescriptionBytesMax));
  const auto description = parse_description(text);
  if (!description.ok()) return description.status().with_context((folder / kDescription).string());
  const SampleFiles& files = sample_files(description->kind);
  ServerData server{description->spec, {}, {}};
  COVEY_ASSIGN_OR_RETURN(server.labelled,
                         files.read_labelled(folder / "train", description->spec, description->labelled));
  COVEY_ASSIGN_OR_RETURN(server.test,
                         files.read_labelled(folder / "test", description->spec, description->test));
  if (server.labelled.format != server.test.format)
    return corrupt("'" + folder.string() + "': training and test samples differ in size");
  server.format = server.labelled.format;
  return server;
}

}  // namespace covey::data
