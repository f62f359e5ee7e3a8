#pragma once

#include <string>
#include <vector>

#include "common/base/region_shape.h"
#include "common/base/status.h"
#include "common/data/dataset.h"
#include "common/data/text/vocabulary.h"

namespace covey::data {

/// A phrase of a caption.
struct Phrase {
  std::string words;
  bool answered = false;                 ///< whether it is known which regions are meant
  std::vector<std::uint32_t> positives;  ///< these regions; none where a detector saw nothing of the kind
};

/// An image with one of its captions: what phrase grounding takes as one sample.
struct CaptionedImage {
  std::uint32_t image = 0;           ///< a number that captions of the same image share; below kImageNumbers
  std::vector<float> features;       ///< regions x features, the largest region first
  std::vector<std::string> regions;  ///< the name of each, empty where it has none
  std::vector<Phrase> phrases;       ///< at least one
  std::int32_t label = kNoLabel;
};

inline constexpr std::uint32_t kImageNumbers = 1u << 24;  ///< that a float tells apart
inline constexpr int kRegionsMax = 1024;                  ///< of an image, and phrases of a caption
inline constexpr int kFeaturesMax = 65536;                ///< of a region

/// The smallest shape that holds all of `samples`, but no more than so many regions and phrases, and words of
/// a phrase.
RegionShape shape_of(const std::vector<CaptionedImage>& samples, int regions_max, int phrases_max,
                     int words_max);

/// kInvalidArgument where `count` rows of `shape` take more memory than any reader may, or a size of it is 0.
Status check_region_limits(const RegionShape& shape, std::uint64_t count);

/// `words` as a sample's text can hold them: '|', tabs and newlines are spaces.
std::string plain_words(std::string words);

/// `samples` as rows of `shape` (base/region_shape.h): first regions, phrases and words of those that have
/// more. `texts` keeps the words: names of the regions with '|' between them, a tab, and the phrases in the
/// same way; ids come from encode_regions. Texts as plain_words gives them.
///   errors  those of check_region_limits
Result<SampleSet> region_rows(const std::vector<CaptionedImage>& samples, const RegionShape& shape);

/// What row `i` was made of, as far as it went in.
CaptionedImage captioned_image(const SampleSet& samples, std::size_t i);

/// All that has words in rows of region_rows: phrases, and the last word of every name.
std::vector<std::string> region_texts(const SampleSet& samples);

/// Writes the ids of the words into the rows of region_rows. A name counts with its last word ("traffic
/// light" is a light).
void encode_regions(const Vocabulary& vocabulary, SampleSet& samples);

}  // namespace covey::data
