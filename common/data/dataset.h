#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/sample_format.h"
#include "common/base/span.h"
#include "common/base/status.h"

namespace covey::data {

inline constexpr std::int32_t kNoLabel = -1;

/// Samples of one format in one contiguous block, with a label each (kNoLabel when there is none).
struct SampleSet {
  SampleFormat format;
  std::vector<std::uint8_t> bytes;
  std::vector<std::int32_t> labels;
  std::vector<std::uint32_t> owners;  ///< natural user of each sample; empty when the data set brings none
  /// What ids of words were made of, a line each: the text, or what regions/regions.h says; empty where
  /// samples have no words.
  std::vector<std::string> texts;

  std::size_t size() const { return labels.size(); }
  Span<const std::uint8_t> sample(std::size_t i) const {
    return Span<const std::uint8_t>(bytes).subspan(i * format.bytes(), format.bytes());
  }
};

/// How pixels become numbers: (pixel / 255 - mean) / stddev, per channel.
struct Normalisation {
  std::vector<float> mean;
  std::vector<float> stddev;
};

/// What everybody who trains on a data set has to know of it.
struct DataSpec {
  SampleFormat format;
  int classes = 0;
  Normalisation normalisation;  ///< of images
  bool characters = false;      ///< letters, digits: a mirror image is another thing, so no flips
  std::vector<std::string> vocabulary =
      {};  ///< of texts and phrases: the words with ids 2, 3, ... (text/vocabulary.h)
  std::string task = "classification";  ///< what models are asked for (learn/task.h)
};

struct Dataset : DataSpec {
  SampleSet train;
  SampleSet test;
};

/// The samples at `positions`, in that order, with all that belongs to them.
SampleSet subset(const SampleSet& samples, Span<const std::uint32_t> positions);

/// Positions of the samples of each class; every label must be in [0, classes).
std::vector<std::vector<std::uint32_t>> positions_by_class(const SampleSet& samples, int classes);

}  // namespace covey::data
