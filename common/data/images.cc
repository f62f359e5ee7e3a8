#include "common/data/images.h"

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

Images subset(const Images& images, Span<const std::uint32_t> positions) {
  Images chosen;
  chosen.shape = images.shape;
  chosen.pixels.reserve(positions.size() * images.shape.bytes());
  chosen.labels.reserve(positions.size());
  for (const std::uint32_t position : positions) {
    const auto image = images.image(position);
    chosen.pixels.insert(chosen.pixels.end(), image.begin(), image.end());
    chosen.labels.push_back(images.labels[position]);
    if (!images.owners.empty()) chosen.owners.push_back(images.owners[position]);
  }
  return chosen;
}

std::vector<std::vector<std::uint32_t>> positions_by_class(const Images& images, int classes) {
  std::vector<std::vector<std::uint32_t>> by_class(static_cast<std::size_t>(classes));
  for (std::size_t i = 0; i < images.size(); ++i) {
    const std::int32_t label = images.labels[i];
    COVEY_CHECK(label >= 0 && label < classes, label, classes);
    by_class[static_cast<std::size_t>(label)].push_back(static_cast<std::uint32_t>(i));
  }
  return by_class;
}

void append_image(Images& images, const ImageShape& shape, Span<const std::uint8_t> pixels,
                  std::int32_t label) {
  if (images.labels.empty()) images.shape = shape;
  COVEY_CHECK(images.shape == shape && pixels.size() == shape.bytes(), pixels.size(), shape.bytes());
  images.pixels.insert(images.pixels.end(), pixels.begin(), pixels.end());
  images.labels.push_back(label);
}

}  // namespace covey::data
