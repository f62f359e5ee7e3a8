#include "common/base/image_shape.h"

#include "common/base/check.h"

namespace covey {

ImageShape::operator SampleFormat() const {
  return {kImageKind, {channels, height, width}, {channels, height, width}, sizeof(std::uint8_t)};
}

ImageShape ImageShape::of(const SampleFormat& format) {
  COVEY_CHECK(format.kind == kImageKind && format.sizes.size() == 3, format.kind);
  return {format.sizes[0], format.sizes[1], format.sizes[2]};
}

}  // namespace covey
