#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/random.h"
#include "common/base/region_shape.h"
#include "common/base/span.h"
#include "common/base/status.h"

namespace covey::data {

/// Size of one image. Bytes of an image: channels * height * width, planar (channel, row, column), 8 bits a
/// value.
struct ImageShape {
  int channels = 0;
  int height = 0;
  int width = 0;

  std::size_t bytes() const {
    return static_cast<std::size_t>(channels) * static_cast<std::size_t>(height) *
           static_cast<std::size_t>(width);
  }
  friend bool operator==(const ImageShape& a, const ImageShape& b) {
    return a.channels == b.channels && a.height == b.height && a.width == b.width;
  }
  friend bool operator!=(const ImageShape& a, const ImageShape& b) { return !(a == b); }
};

enum class SampleKind {
  kImage,    ///< 8-bit pixels
  kText,     ///< 16-bit ids of words (text/vocabulary.h), as many in every text
  kRegions,  ///< regions of an image and phrases about them: floats, as base/region_shape.h orders them
};

/// What files and messages call it: image | text | regions.
const char* kind_name(SampleKind kind);
/// kInvalidArgument for another name.
Result<SampleKind> parse_kind(const std::string& name);

/// What one sample is and how large. All samples of a data set have one format.
struct SampleFormat {
  SampleKind kind = SampleKind::kImage;
  ImageShape image;     ///< kImage
  int tokens = 0;       ///< kText: ids of a text, padding included
  RegionShape regions;  ///< kRegions

  SampleFormat() = default;
  SampleFormat(const ImageShape& shape) : image(shape) {}
  static SampleFormat text(int tokens);
  static SampleFormat of_regions(const RegionShape& shape);

  std::size_t bytes() const;
  /// Numbers that a model takes of a sample: pixels, ids, or a row of base/region_shape.h.
  std::size_t values() const;
  /// The same as sizes of a tensor, without the batch: channels, height, width; or how many numbers.
  std::vector<std::int64_t> dims() const;

  friend bool operator==(const SampleFormat& a, const SampleFormat& b) {
    return a.kind == b.kind && a.image == b.image && a.tokens == b.tokens && a.regions == b.regions;
  }
  friend bool operator!=(const SampleFormat& a, const SampleFormat& b) { return !(a == b); }
};

inline constexpr std::int32_t kNoLabel = -1;

/// Samples of one format in one contiguous block, with a label each (kNoLabel when there is none).
struct SampleSet {
  SampleFormat format;
  std::vector<std::uint8_t> bytes;
  std::vector<std::int32_t> labels;
  std::vector<std::uint32_t> owners;  ///< natural user of each sample; empty when the data set brings none
  /// What ids of words were made of, a line each. kText: the text; kRegions: as regions/regions.h has it;
  /// else empty.
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

/// Bytes of `count` samples that mean nothing, appended to `bytes`: pixels, or ids of words.
void append_noise(const DataSpec& spec, std::size_t count, Sequence& draws, std::vector<std::uint8_t>& bytes);

/// The samples at `positions`, in that order, with all that belongs to them.
SampleSet subset(const SampleSet& samples, Span<const std::uint32_t> positions);

/// Positions of the samples of each class; every label must be in [0, classes).
std::vector<std::vector<std::uint32_t>> positions_by_class(const SampleSet& samples, int classes);

}  // namespace covey::data
