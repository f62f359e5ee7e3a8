#include <algorithm>
#include <map>

#include "common/base/region_shape.h"
#include "common/data/readers/common_words.h"
#include "common/data/readers/readers.h"
#include "common/data/readers/region_files.h"

namespace covey::data {

namespace {

constexpr std::uint32_t kHoldOutImageEvery = 10;

/// What a caption is about first: the last word of its first phrase.
std::string first_thing(const CaptionedImage& sample) {
  return words_of(sample.phrases.front().words).back();
}

struct Halves {
  std::vector<CaptionedImage> train;
  std::vector<CaptionedImage> test;
};

/// Every tenth image, with all its captions, is held out.
Halves hold_out(std::vector<CaptionedImage> all) {
  std::map<std::uint32_t, std::uint32_t> order;  // of images as they come
  Halves halves;
  for (CaptionedImage& sample : all) {
    const auto place =
        order.emplace(sample.image, static_cast<std::uint32_t>(order.size() + 1)).first->second;
    (place % kHoldOutImageEvery == 0 ? halves.test : halves.train).push_back(std::move(sample));
  }
  return halves;
}

Result<Halves> read_halves(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder / "train", error) && fs::is_directory(folder / "test", error)) {
    Halves halves;
    COVEY_ASSIGN_OR_RETURN(halves.train, read_captions(folder / "train"));
    COVEY_ASSIGN_OR_RETURN(halves.test, read_captions(folder / "test"));
    return halves;
  }
  COVEY_ASSIGN_OR_RETURN(auto all, read_captions(folder));
  return hold_out(std::move(all));
}

void give_labels(const CommonWords& things, std::vector<CaptionedImage>& samples) {
  for (CaptionedImage& sample : samples) sample.label = things.class_of(first_thing(sample));
}

}  // namespace

/// Images with captions as region_files.h has them, in the folder or in its train/ and test/. Samples are of
/// ten classes at most, by what their captions name first.
Result<Dataset> read_grounding_folder(const config::Data& config, std::uint64_t) {
  COVEY_ASSIGN_OR_RETURN(Halves halves, read_halves(config.path));
  std::vector<std::string> first;
  for (const CaptionedImage& sample : halves.train) first.push_back(first_thing(sample));
  const CommonWords things(first);
  if (things.count() < 2)
    return invalid_argument("all captions begin with the same thing, allowed: two or more");
  give_labels(things, halves.train);
  give_labels(things, halves.test);
  const RegionShape shape = shape_of(halves.train, static_cast<int>(config.regions),
                                     static_cast<int>(config.phrases), static_cast<int>(config.tokens));
  const auto other = std::find_if(halves.test.begin(), halves.test.end(), [&](const CaptionedImage& sample) {
    return sample.features.size() != sample.regions.size() * static_cast<std::size_t>(shape.features);
  });
  if (other != halves.test.end())
    return invalid_argument("training and test regions differ in their features");
  Dataset dataset;
  dataset.task = "phrase-grounding";
  dataset.classes = things.count();
  COVEY_ASSIGN_OR_RETURN(dataset.train, region_rows(halves.train, shape));
  COVEY_ASSIGN_OR_RETURN(dataset.test, region_rows(halves.test, shape));
  const Vocabulary vocabulary =
      Vocabulary::of_texts(region_texts(dataset.train), static_cast<std::size_t>(config.vocabulary));
  encode_regions(vocabulary, dataset.train);
  encode_regions(vocabulary, dataset.test);
  dataset.vocabulary = vocabulary.words();
  return dataset;
}

}  // namespace covey::data
