#pragma once

#include "common/base/sample_format.h"

namespace covey {

inline constexpr const char* kImageKind = "image";

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

  operator SampleFormat() const;
  /// `format` is of kind image.
  static ImageShape of(const SampleFormat& format);

  friend bool operator==(const ImageShape& a, const ImageShape& b) {
    return a.channels == b.channels && a.height == b.height && a.width == b.width;
  }
  friend bool operator!=(const ImageShape& a, const ImageShape& b) { return !(a == b); }
};

}  // namespace covey
