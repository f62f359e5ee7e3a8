#include "common/data/partition/sample_files.h"
#include "common/data/readers/folder_listing.h"
#include "common/data/readers/region_files.h"
#include "common/data/text/vocabulary.h"

namespace covey::data {

namespace {

using nlohmann::json;

std::vector<CaptionedImage> captioned_images(const SampleSet& samples) {
  std::vector<CaptionedImage> all;
  for (std::size_t i = 0; i < samples.size(); ++i) all.push_back(captioned_image(samples, i));
  return all;
}

/// The two files of readers/region_files.h, a line for each sample; those of a user do not say what phrases
/// mean.
class RegionFiles final : public SampleFiles {
 public:
  Status write_user(const SampleSet& samples, Span<const std::uint32_t> positions,
                    const fs::path& folder) const override {
    return write_captions(captioned_images(subset(samples, positions)), false, folder);
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
    for (std::size_t i = 0; i < all.size(); ++i) {
      const bool fits = all[i].features.size() ==
                        all[i].regions.size() * static_cast<std::size_t>(spec.format.regions.features);
      if (all[i].label < 0 || all[i].label >= spec.classes || !fits)
        return corrupt("'" + folder.string() + "': caption " + std::to_string(i + 1) +
                       ": expected a class of 0 to " + std::to_string(spec.classes - 1) + " and " +
                       std::to_string(spec.format.regions.features) + " features a region");
    }
    COVEY_ASSIGN_OR_RETURN(const Vocabulary vocabulary, Vocabulary::of_words(spec.vocabulary));
    COVEY_ASSIGN_OR_RETURN(SampleSet samples, region_rows(all, spec.format.regions));
    encode_regions(vocabulary, samples);
    return samples;
  }

  json describe(const DataSpec& spec) const override {
    const RegionShape& shape = spec.format.regions;
    return {{"regions", shape.regions}, {"features", shape.features}, {"phrases", shape.phrases},
            {"words", shape.words},     {"named", shape.named},       {"vocabulary", spec.vocabulary}};
  }

  Status read_description(const json& object, DataSpec& spec) const override {
    RegionShape shape;
    COVEY_ASSIGN_OR_RETURN(const auto regions, whole_number(object, "regions", kRegionsMax));
    COVEY_ASSIGN_OR_RETURN(const auto features, whole_number(object, "features", kFeaturesMax));
    COVEY_ASSIGN_OR_RETURN(const auto phrases, whole_number(object, "phrases", kRegionsMax));
    COVEY_ASSIGN_OR_RETURN(const auto words, whole_number(object, "words", kRegionsMax));
    shape.regions = static_cast<int>(regions);
    shape.features = static_cast<int>(features);
    shape.phrases = static_cast<int>(phrases);
    shape.words = static_cast<int>(words);
    const auto named = object.find("named");
    if (named == object.end() || !named->is_boolean()) return corrupt("'named': expected true or false");
    shape.named = named->get<bool>();
    spec.format = SampleFormat::of_regions(shape);
    COVEY_ASSIGN_OR_RETURN(spec.vocabulary, vocabulary_words(object));
    return ok_status();
  }
};

}  // namespace

const SampleFiles& region_files() {
  static const RegionFiles files;
  return files;
}

}  // namespace covey::data
