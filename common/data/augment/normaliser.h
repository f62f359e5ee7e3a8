#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "common/base/image_shape.h"
#include "common/base/span.h"
#include "common/data/dataset.h"

namespace covey::data {

/// Turns 8-bit images into network input: (pixel / 255 - mean) / stddev, per channel, by a table of 256
/// values each.
class Normaliser {
 public:
  /// `normalisation` holds one mean and one stddev (> 0) per channel of `shape`, or one of each for all
  /// channels.
  Normaliser(const ImageShape& shape, const Normalisation& normalisation);

  /// `image` and `out` both hold shape.bytes() values, planar.
  void normalise(Span<const std::uint8_t> image, Span<float> out) const;

 private:
  ImageShape shape_;
  std::vector<std::array<float, 256>> tables_;  ///< one per channel
};

}  // namespace covey::data
