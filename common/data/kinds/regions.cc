#include "common/base/region_shape.h"
#include "common/data/augment/region_views.h"
#include "common/data/kinds/kinds.h"
#include "common/data/kinds/shared.h"
#include "common/data/readers/folder_listing.h"
#include "common/data/readers/region_files.h"
#include "common/data/text/vocabulary.h"

namespace covey::data {

namespace {

std::vector<CaptionedImage> captioned_images(const SampleSet& samples) {
  std::vector<CaptionedImage> all;
  for (std::size_t i = 0; i < samples.size(); ++i) all.push_back(captioned_image(samples, i));
  return all;
}

Result<SampleSet> encoded_rows(const std::vector<CaptionedImage>& all, const DataSpec& spec) {
  COVEY_ASSIGN_OR_RETURN(const Vocabulary vocabulary, Vocabulary::of_words(spec.vocabulary));
  COVEY_ASSIGN_OR_RETURN(SampleSet samples, region_rows(all, RegionShape::of(spec.format)));
  encode_regions(vocabulary, samples);
  return samples;
}

class RegionFiles final : public SampleFiles {
 public:
  Status write_user(const SampleSet& samples, Span<const std::uint32_t> positions,
                    const fs::path& folder) const override {
    return write_captions(captioned_images(subset(samples, positions)), false, folder);
  }

  bool recognises(const fs::path& folder) const override {
    std::error_code error;
    return fs::exists(folder / kCaptionFile, error);
  }

  Result<SampleSet> read_user(const fs::path& folder) const override {
    COVEY_ASSIGN_OR_RETURN(const FolderListing listing,
                           list_folder(folder, {"file of regions", {".jsonl", ".safetensors"}}));
    for (const auto* entries : {&listing.files, &listing.folders}) {
      for (const fs::path& path : *entries) {
        if (path.filename() == kCaptionFile || path.filename() == kRegionFile) continue;
        return invalid_argument("'" + path.string() + "' would not be trained on, allowed: " + kCaptionFile +
                                " and " + kRegionFile);
      }
    }
    COVEY_ASSIGN_OR_RETURN(auto all, read_captions(folder));
    for (CaptionedImage& sample : all) sample.label = kNoLabel;
    return region_rows(all, shape_of(all, kRegionsMax, kRegionsMax, kRegionsMax));
  }

  /// `samples` have the shape that their own folder asked for.
  Result<std::shared_ptr<const SampleSet>> fit_user(std::shared_ptr<const SampleSet> samples,
                                                    const DataSpec& spec) const override {
    const int found = RegionShape::of(samples->format).features;
    const int needed = RegionShape::of(spec.format).features;
    if (found != needed)
      return invalid_argument("--data: the regions have " + std::to_string(found) +
                              " features; this run needs " + std::to_string(needed));
    COVEY_ASSIGN_OR_RETURN(SampleSet fitted, encoded_rows(captioned_images(*samples), spec));
    return std::make_shared<const SampleSet>(std::move(fitted));
  }

  Status write_labelled(const SampleSet& samples, const fs::path& folder) const override {
    COVEY_RETURN_IF_ERROR(make_directories(folder));
    return write_captions(captioned_images(samples), true, folder);
  }

  Result<SampleSet> read_labelled(const fs::path& folder, const DataSpec& spec,
                                  std::size_t count) const override {
    COVEY_ASSIGN_OR_RETURN(const auto all, read_captions(folder));
    if (all.size() != count)
      return corrupt("'" + folder.string() + "' holds " + std::to_string(all.size()) +
                     " captions, dataset.json says " + std::to_string(count));
    const int features = RegionShape::of(spec.format).features;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool fits = all[i].features.size() == all[i].regions.size() * static_cast<std::size_t>(features);
      if (all[i].label < 0 || all[i].label >= spec.classes || !fits)
        return corrupt("'" + folder.string() + "': caption " + std::to_string(i + 1) +
                       ": expected a class of 0 to " + std::to_string(spec.classes - 1) + " and " +
                       std::to_string(features) + " features a region");
    }
    return encoded_rows(all, spec);
  }
};

/// One sample whose regions and phrases fill their row.
void append_noise(const RegionShape& shape, std::uint32_t words, float image, Sequence& draws,
                  std::vector<std::uint8_t>& bytes) {
  std::vector<float> row(shape.values(), 0);
  row[0] = image;
  for (std::size_t i = shape.at_features(); i < shape.at_region_words(); ++i)
    row[i] = 2 * draws.uniform() - 1;
  for (std::size_t i = shape.at_region_words(); i < shape.at_answered(); ++i)
    row[i] = static_cast<float>(kUnknown + draws.below(words));
  for (int phrase = 0; phrase < shape.phrases; ++phrase) {
    const auto p = static_cast<std::size_t>(phrase);
    row[shape.at_answered() + p] = 1;
    row[shape.at_positives() + p * static_cast<std::size_t>(shape.regions) +
        draws.below(static_cast<std::uint32_t>(shape.regions))] = 1;
  }
  const auto* raw = reinterpret_cast<const std::uint8_t*>(row.data());
  bytes.insert(bytes.end(), raw, raw + row.size() * sizeof(float));
}

bool is_region_size(const RegionShape& shape) {
  const auto within = [](int size, int most) { return size >= 1 && size <= most; };
  return within(shape.regions, kRegionsMax) && within(shape.features, kFeaturesMax) &&
         within(shape.phrases, kRegionsMax) && within(shape.words, kRegionsMax);
}

class RegionKind final : public SampleKind {
 public:
  const char* plural() const override { return "regions with captions"; }

  Result<SampleFormat> format(const std::vector<int>& sizes) const override {
    if (sizes.size() == 5 && (sizes[4] == 0 || sizes[4] == 1)) {
      const RegionShape shape{sizes[0], sizes[1], sizes[2], sizes[3], sizes[4] == 1};
      if (is_region_size(shape)) return SampleFormat(shape);
    }
    const std::string most = std::to_string(kRegionsMax);
    return invalid_argument("no size of regions with captions, allowed: 1 to " + most + " regions, 1 to " +
                            std::to_string(kFeaturesMax) + " features, 1 to " + most + " phrases, 1 to " +
                            most + " words, and 1 where regions have names, else 0");
  }

  Status check(const DataSpec& spec) const override { return check_words_alone(spec); }

  std::unique_ptr<ViewMaker> views(const DataSpec&, const ViewSettings&) const override {
    return std::make_unique<RegionViews>();
  }

  std::vector<std::uint8_t> noise(const DataSpec& spec, std::size_t count, Sequence& draws) const override {
    const auto words = static_cast<std::uint32_t>(spec.vocabulary.size() + 1);  // the unknown one, too
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i < count; ++i)
      append_noise(RegionShape::of(spec.format), words, static_cast<float>(i), draws, bytes);
    return bytes;
  }

  const SampleFiles& files() const override { return files_; }

 private:
  RegionFiles files_;
};

}  // namespace

const SampleKind* region_kind() {
  static const RegionKind kind;
  return &kind;
}

}  // namespace covey::data
