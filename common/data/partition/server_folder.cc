#include "common/data/partition/server_folder.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/data/images.h"
#include "common/data/readers/image_file.h"
#include "common/data/readers/image_folder.h"

namespace covey::data {

namespace {

using nlohmann::json;

constexpr const char* kDescription = "dataset.json";

struct LabelledFile {
  std::size_t position = 0;
  std::int32_t label = 0;
  fs::path path;
};

std::optional<std::size_t> parse_number(const std::string& text) {
  std::size_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

Status write_labelled(const Images& images, const fs::path& folder) {
  for (std::size_t i = 0; i < images.size(); ++i) {
    const fs::path label_folder = folder / std::to_string(images.labels[i]);
    COVEY_RETURN_IF_ERROR(make_directories(label_folder));
    COVEY_RETURN_IF_ERROR(write_png_file(label_folder / (padded_number(i, kNameDigits) + ".png"),
                                         images.shape, images.image(i)));
  }
  return ok_status();
}

Result<std::vector<LabelledFile>> list_labelled(const fs::path& folder, int classes) {
  COVEY_ASSIGN_OR_RETURN(const FolderListing labels, list_folder(folder));
  std::vector<LabelledFile> files;
  for (const fs::path& label_folder : labels.folders) {
    const auto label = parse_number(label_folder.filename().string());
    if (!label || *label >= static_cast<std::size_t>(classes)) {
      return corrupt("'" + label_folder.string() + "': expected a class of 0 to " +
                     std::to_string(classes - 1));
    }
    COVEY_ASSIGN_OR_RETURN(const FolderListing members, list_folder(label_folder));
    for (const fs::path& path : members.images) {
      const auto position = parse_number(path.stem().string());
      if (!position) return corrupt(path.string() + ": expected a position as file name");
      files.push_back({*position, static_cast<std::int32_t>(*label), path});
    }
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.position < b.position; });
  return files;
}

Result<Images> read_labelled(const fs::path& folder, int classes, std::size_t count) {
  COVEY_ASSIGN_OR_RETURN(const auto files, list_labelled(folder, classes));
  if (files.size() != count) {
    return corrupt("'" + folder.string() + "' holds " + std::to_string(files.size()) + " images, " +
                   kDescription + " says " + std::to_string(count));
  }
  Images images;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files[i].position != i) {
      return corrupt(files[i].path.string() + ": expected position " + std::to_string(i) +
                     " next, in any class");
    }
    COVEY_RETURN_IF_ERROR(append_image_files({files[i].path}, files[i].label, images));
  }
  return images;
}

struct Description {
  int classes = 0;
  bool characters = false;
  Normalisation normalisation;
  std::size_t labelled = 0;
  std::size_t test = 0;
};

Result<std::uint64_t> whole_number(const json& object, const char* key, std::uint64_t most) {
  const auto found = object.find(key);
  if (found != object.end() && found->is_number_unsigned()) {
    const auto value = found->get<std::uint64_t>();
    if (value >= 1 && value <= most) return value;
  }
  return corrupt(std::string("'") + key + "': expected a whole number of 1 to " + std::to_string(most));
}

Result<std::vector<float>> channel_values(const json& object, const char* key, double least) {
  const Status failure =
      corrupt(std::string("'") + key + "': expected 1 or 3 numbers, at least " + std::to_string(least));
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array() || (found->size() != 1 && found->size() != 3))
    return failure;
  std::vector<float> values;
  for (const json& entry : *found) {
    if (!entry.is_number()) return failure;
    const double value = entry.get<double>();
    if (!(value >= least && value <= 1e6)) return failure;
    values.push_back(static_cast<float>(value));
  }
  return values;
}

Result<Description> parse_description(const std::string& text) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return corrupt("expected one JSON object");
  Description description;
  COVEY_ASSIGN_OR_RETURN(const std::uint64_t classes, whole_number(object, "classes", kClassesMax));
  description.classes = static_cast<int>(classes);
  COVEY_ASSIGN_OR_RETURN(description.labelled, whole_number(object, "labelled", kImagesMax));
  COVEY_ASSIGN_OR_RETURN(description.test, whole_number(object, "test", kImagesMax));
  const auto characters = object.find("characters");
  if (characters == object.end() || !characters->is_boolean())
    return corrupt("'characters': expected true or false");
  description.characters = characters->get<bool>();
  COVEY_ASSIGN_OR_RETURN(description.normalisation.mean, channel_values(object, "mean", -1e6));
  COVEY_ASSIGN_OR_RETURN(description.normalisation.stddev, channel_values(object, "stddev", 1e-6));
  if (description.normalisation.mean.size() != description.normalisation.stddev.size()) {
    return corrupt("'stddev': expected as many numbers as in 'mean'");
  }
  return description;
}

}  // namespace

std::string padded_number(std::size_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return digits.size() >= width ? digits : std::string(width - digits.size(), '0') + digits;
}

bool is_server_folder(const fs::path& folder) {
  std::error_code error;
  return !folder.empty() && fs::is_regular_file(folder / kDescription, error);
}

Status write_server_folder(const ServerData& server, const fs::path& folder) {
  COVEY_RETURN_IF_ERROR(write_labelled(server.labelled, folder / "train"));
  COVEY_RETURN_IF_ERROR(write_labelled(server.test, folder / "test"));
  const json description = {{"classes", server.classes},          {"characters", server.characters},
                            {"mean", server.normalisation.mean},  {"stddev", server.normalisation.stddev},
                            {"labelled", server.labelled.size()}, {"test", server.test.size()}};
  return write_file_atomically(folder / kDescription, as_bytes(description.dump(2) + "\n"));
}

Result<ServerData> read_server_folder(const fs::path& folder) {
  COVEY_ASSIGN_OR_RETURN(const std::string text, read_text_file(folder / kDescription, 65536));
  const auto description = parse_description(text);
  if (!description.ok()) return description.status().with_context((folder / kDescription).string());
  ServerData server;
  server.classes = description->classes;
  server.characters = description->characters;
  server.normalisation = description->normalisation;
  COVEY_ASSIGN_OR_RETURN(server.labelled,
                         read_labelled(folder / "train", server.classes, description->labelled));
  COVEY_ASSIGN_OR_RETURN(server.test, read_labelled(folder / "test", server.classes, description->test));
  const auto channels = static_cast<std::size_t>(server.labelled.shape.channels);
  const std::size_t constants = server.normalisation.mean.size();
  if (server.labelled.shape != server.test.shape || (constants != 1 && constants != channels)) {
    return corrupt("'" + folder.string() + "': images and " + kDescription + " differ in size or channels");
  }
  return server;
}

}  // namespace covey::data
