#include <algorithm>
#include <charconv>
#include <optional>

#include "common/data/images.h"
#include "common/data/partition/sample_files.h"
#include "common/data/readers/folder_listing.h"
#include "common/data/readers/image_file.h"
#include "common/data/readers/image_folder.h"

namespace covey::data {

namespace {

using nlohmann::json;

constexpr std::size_t kNameDigits = 6;

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

Result<std::vector<LabelledFile>> list_labelled(const fs::path& folder, int classes) {
  COVEY_ASSIGN_OR_RETURN(const FolderListing labels, list_folder(folder, kImageFiles));
  std::vector<LabelledFile> files;
  for (const fs::path& label_folder : labels.folders) {
    const auto label = parse_number(label_folder.filename().string());
    if (!label || *label >= static_cast<std::size_t>(classes)) {
      return corrupt("'" + label_folder.string() + "': expected a class of 0 to " +
                     std::to_string(classes - 1));
    }
    COVEY_ASSIGN_OR_RETURN(const FolderListing members, list_folder(label_folder, kImageFiles));
    for (const fs::path& path : members.files) {
      const auto position = parse_number(path.stem().string());
      if (!position) return corrupt(path.string() + ": expected a position as file name");
      files.push_back({*position, static_cast<std::int32_t>(*label), path});
    }
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.position < b.position; });
  return files;
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

/// PNG files without loss: a user's by position, labelled ones as CLASS/POSITION.png.
class ImageFiles final : public SampleFiles {
 public:
  Status write_user(const SampleSet& samples, Span<const std::uint32_t> positions,
                    const fs::path& folder) const override {
    for (std::size_t i = 0; i < positions.size(); ++i)
      COVEY_RETURN_IF_ERROR(write_image(samples, positions[i], i, folder));
    return ok_status();
  }

  Result<SampleSet> read_user(const fs::path& folder) const override {
    COVEY_ASSIGN_OR_RETURN(const auto files, files_below(folder, kImageFiles));
    SampleSet images;
    COVEY_RETURN_IF_ERROR(append_image_files(files, kNoLabel, images));
    if (images.size() == 0) return invalid_argument("'" + folder.string() + "' holds no image and no text");
    return images;
  }

  Status write_labelled(const SampleSet& images, const fs::path& folder) const override {
    for (std::size_t i = 0; i < images.size(); ++i) {
      const fs::path label_folder = folder / std::to_string(images.labels[i]);
      COVEY_RETURN_IF_ERROR(make_directories(label_folder));
      COVEY_RETURN_IF_ERROR(write_image(images, i, i, label_folder));
    }
    return ok_status();
  }

  Result<SampleSet> read_labelled(const fs::path& folder, const DataSpec& spec,
                                  std::size_t count) const override {
    COVEY_ASSIGN_OR_RETURN(const auto files, list_labelled(folder, spec.classes));
    if (files.size() != count) {
      return corrupt("'" + folder.string() + "' holds " + std::to_string(files.size()) +
                     " images, dataset.json says " + std::to_string(count));
    }
    SampleSet images;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (files[i].position != i) {
        return corrupt(files[i].path.string() + ": expected position " + std::to_string(i) +
                       " next, in any class");
      }
      COVEY_RETURN_IF_ERROR(append_image_files({files[i].path}, files[i].label, images));
    }
    const auto channels = static_cast<std::size_t>(images.format.image.channels);
    const std::size_t constants = spec.normalisation.mean.size();
    if (constants == 1 || constants == channels) return images;
    return corrupt("'" + folder.string() + "': the images have " + std::to_string(channels) +
                   " channels, dataset.json has constants for " + std::to_string(constants));
  }

  json describe(const DataSpec& spec) const override {
    return {{"characters", spec.characters},
            {"mean", spec.normalisation.mean},
            {"stddev", spec.normalisation.stddev}};
  }

  Status read_description(const json& object, DataSpec& spec) const override {
    const auto characters = object.find("characters");
    if (characters == object.end() || !characters->is_boolean())
      return corrupt("'characters': expected true or false");
    spec.characters = characters->get<bool>();
    COVEY_ASSIGN_OR_RETURN(spec.normalisation.mean, channel_values(object, "mean", -1e6));
    COVEY_ASSIGN_OR_RETURN(spec.normalisation.stddev, channel_values(object, "stddev", 1e-6));
    if (spec.normalisation.mean.size() == spec.normalisation.stddev.size()) return ok_status();
    return corrupt("'stddev': expected as many numbers as in 'mean'");
  }

 private:
  static Status write_image(const SampleSet& images, std::size_t index, std::size_t position,
                            const fs::path& folder) {
    return write_png_file(folder / (padded_number(position, kNameDigits) + ".png"), images.format.image,
                          images.sample(index));
  }
};

}  // namespace

const SampleFiles& image_files() {
  static const ImageFiles files;
  return files;
}

}  // namespace covey::data
