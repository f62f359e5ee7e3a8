#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/span.h"

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

inline constexpr std::int32_t kNoLabel = -1;

/// Images of one size in one contiguous block, with a label each (kNoLabel when there is none).
struct Images {
  ImageShape shape;
  std::vector<std::uint8_t> pixels;
  std::vector<std::int32_t> labels;
  std::vector<std::uint32_t> owners;  ///< natural user of each image; empty when the data set brings none

  std::size_t size() const { return labels.size(); }
  Span<const std::uint8_t> image(std::size_t i) const {
    return Span<const std::uint8_t>(pixels).subspan(i * shape.bytes(), shape.bytes());
  }
};

/// How pixels become numbers: (pixel / 255 - mean) / stddev, per channel.
struct Normalisation {
  std::vector<float> mean;
  std::vector<float> stddev;
};

struct Dataset {
  Images train;
  Images test;
  int classes = 0;
  Normalisation normalisation;
  bool characters = false;  ///< letters, digits: a mirror image is another thing, so no flips
};

}  // namespace covey::data
