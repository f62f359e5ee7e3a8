#pragma once

#include <cstdint>

#include "common/base/image_shape.h"
#include "common/base/span.h"
#include "common/data/dataset.h"

namespace covey::data {

/// An image under work, planar, and a second buffer of the same size for operations that cannot work in
/// place.
struct Canvas {
  ImageShape shape;
  Span<std::uint8_t> pixels;
  Span<std::uint8_t> spare;

  std::size_t plane() const {
    return static_cast<std::size_t>(shape.height) * static_cast<std::size_t>(shape.width);
  }
};

}  // namespace covey::data
