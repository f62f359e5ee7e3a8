#pragma once

#include "common/base/sample_format.h"

namespace covey {

inline constexpr const char* kRegionKind = "regions";

/// How an image of detected regions lies, with a caption of it, in a row of floats; one part after the other:
///   image         1: a number that samples with the same regions share
///   features      regions x features, as a detector gives them; the largest region first
///   region_words  regions: ids of the words that name them; 0: no region (padding)
///   phrase_words  phrases x words: ids; 0: no word, and a phrase without words is none (padding)
///   answered      phrases: 1 where it is known which regions are meant, 0 where not
///   positives     phrases x regions: 1 for a region that is meant; all 0 where none of those at hand is
struct RegionShape {
  int regions = 0;     ///< K
  int features = 0;    ///< F, values of a region
  int phrases = 0;     ///< P
  int words = 0;       ///< W, of a phrase
  bool named = false;  ///< regions have words of their own; else each one's is the unknown word

  // Where the parts begin.
  std::size_t at_features() const { return 1; }
  std::size_t at_region_words() const { return at_features() + count(regions, features); }
  std::size_t at_phrase_words() const { return at_region_words() + count(regions, 1); }
  std::size_t at_answered() const { return at_phrase_words() + count(phrases, words); }
  std::size_t at_positives() const { return at_answered() + count(phrases, 1); }
  std::size_t values() const { return at_positives() + count(phrases, regions); }

  operator SampleFormat() const;
  /// `format` is of kind regions.
  static RegionShape of(const SampleFormat& format);

  friend bool operator==(const RegionShape& a, const RegionShape& b) {
    return a.regions == b.regions && a.features == b.features && a.phrases == b.phrases &&
           a.words == b.words && a.named == b.named;
  }

 private:
  static std::size_t count(int rows, int columns) {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
  }
};

}  // namespace covey
