#include <algorithm>
#include <charconv>
#include <optional>

#include "common/base/image_shape.h"
#include "common/data/augment/image_views.h"
#include "common/data/images.h"
#include "common/data/kinds/kinds.h"
#include "common/data/kinds/shared.h"
#include "common/data/readers/folder_listing.h"
#include "common/data/readers/image_file.h"
#include "common/data/readers/image_folder.h"

namespace covey::data {

namespace {

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

std::string size_text(const SampleFormat& format) {
  const ImageShape shape = ImageShape::of(format);
  return std::to_string(shape.width) + "x" + std::to_string(shape.height) + " pixels, " +
         std::to_string(shape.channels) + (shape.channels == 1 ? " channel" : " channels");
}

class ImageFiles final : public SampleFiles {
 public:
  Status write_user(const SampleSet& samples, Span<const std::uint32_t> positions,
                    const fs::path& folder) const override {
    for (std::size_t i = 0; i < positions.size(); ++i)
      COVEY_RETURN_IF_ERROR(write_image(samples, positions[i], i, folder));
    return ok_status();
  }

  /// What no other kind recognises: so that a file which is no sample of any kind is named.
  bool recognises(const fs::path&) const override { return false; }

  Result<SampleSet> read_user(const fs::path& folder) const override {
    COVEY_ASSIGN_OR_RETURN(const auto files, files_below(folder, kImageFiles));
    SampleSet images;
    COVEY_RETURN_IF_ERROR(append_image_files(files, kNoLabel, images));
    if (images.size() == 0) return invalid_argument("'" + folder.string() + "' holds no image and no text");
    return images;
  }

  Result<std::shared_ptr<const SampleSet>> fit_user(std::shared_ptr<const SampleSet> images,
                                                    const DataSpec& spec) const override {
    if (images->format == spec.format) return images;
    return invalid_argument("--data: the images are " + size_text(images->format) + "; this run needs " +
                            size_text(spec.format));
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
    if (images.size() == 0 || images.format == spec.format) return images;
    return corrupt("'" + folder.string() + "': the images are " + size_text(images.format) +
                   ", dataset.json says " + size_text(spec.format));
  }

 private:
  static Status write_image(const SampleSet& images, std::size_t index, std::size_t position,
                            const fs::path& folder) {
    return write_png_file(folder / (padded_number(position, kNameDigits) + ".png"),
                          ImageShape::of(images.format), images.sample(index));
  }
};

Status one_per_channel(const char* name, const std::vector<float>& numbers, const DataSpec& spec) {
  const auto channels = static_cast<std::size_t>(ImageShape::of(spec.format).channels);
  if (numbers.size() == channels) return ok_status();
  return invalid_argument(std::string(name) + ": has " + std::to_string(numbers.size()) +
                          " numbers, allowed: " + std::to_string(channels) + ", one per channel");
}

Status check_no_words(const DataSpec& spec) {
  if (spec.vocabulary.empty()) return ok_status();
  return invalid_argument("vocabulary: images have no words, allowed: none");
}

class ImageKind final : public SampleKind {
 public:
  const char* plural() const override { return "images"; }

  Result<SampleFormat> format(const std::vector<int>& sizes) const override {
    if (sizes.size() != 3)
      return invalid_argument("an image has 3 sizes: channels, height, width; these are " +
                              std::to_string(sizes.size()));
    const ImageShape shape{sizes[0], sizes[1], sizes[2]};
    COVEY_RETURN_IF_ERROR(check_image_limits(shape, 1));
    return SampleFormat(shape);
  }

  Status check(const DataSpec& spec) const override {
    COVEY_RETURN_IF_ERROR(one_per_channel("mean", spec.normalisation.mean, spec));
    COVEY_RETURN_IF_ERROR(one_per_channel("stddev", spec.normalisation.stddev, spec));
    return check_no_words(spec);
  }

  std::unique_ptr<ViewMaker> views(const DataSpec& spec, const ViewSettings& settings) const override {
    return std::make_unique<ImageViews>(spec, settings);
  }

  std::vector<std::uint8_t> noise(const DataSpec& spec, std::size_t count, Sequence& draws) const override {
    std::vector<std::uint8_t> pixels(count * spec.format.bytes());
    for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(draws.below(256));
    return pixels;
  }

  const SampleFiles& files() const override { return files_; }

 private:
  ImageFiles files_;
};

}  // namespace

const SampleKind* image_kind() {
  static const ImageKind kind;
  return &kind;
}

}  // namespace covey::data
