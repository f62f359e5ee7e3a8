#include "common/data/images.h"

#include "common/base/check.h"

namespace covey::data {

Status check_image_limits(const ImageShape& shape, std::uint64_t count) {
  const bool shape_ok = (shape.channels == 1 || shape.channels == 3) && shape.height >= 1 &&
                        shape.height <= kSideMax && shape.width >= 1 && shape.width <= kSideMax;
  if (!shape_ok) {
    return invalid_argument("images of " + std::to_string(shape.channels) + " channels, " +
                            std::to_string(shape.height) + " x " + std::to_string(shape.width) +
                            " pixels; allowed are 1 or 3 channels and sides of 1 to " +
                            std::to_string(kSideMax));
  }
  if (count > kImagesMax || count > kPixelBytesMax / shape.bytes()) {
    return invalid_argument(std::to_string(count) + " images of " + std::to_string(shape.bytes()) +
                            " bytes; allowed are " + std::to_string(kImagesMax) + " images and " +
                            std::to_string(kPixelBytesMax) + " bytes in all");
  }
  return ok_status();
}

void append_image(SampleSet& images, const ImageShape& shape, Span<const std::uint8_t> pixels,
                  std::int32_t label) {
  if (images.labels.empty()) images.format = shape;
  COVEY_CHECK(images.format == shape && pixels.size() == shape.bytes(), pixels.size(), shape.bytes());
  images.bytes.insert(images.bytes.end(), pixels.begin(), pixels.end());
  images.labels.push_back(label);
}

}  // namespace covey::data
