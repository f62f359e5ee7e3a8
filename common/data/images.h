#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/image_shape.h"
#include "common/base/span.h"
#include "common/base/status.h"
#include "common/data/dataset.h"

namespace covey::data {

/// Limits on what any reader accepts; they are checked before memory is taken.
inline constexpr std::uint64_t kImagesMax = std::uint64_t{1} << 24;
inline constexpr std::uint64_t kPixelBytesMax = std::uint64_t{1} << 32;
inline constexpr int kSideMax = 1024;
inline constexpr int kClassesMax = 10000;

/// kInvalidArgument when `count` images of `shape` are more than the limits above.
Status check_image_limits(const ImageShape& shape, std::uint64_t count);

/// Appends one image; the first one sets the shape, later ones must have it.
void append_image(SampleSet& images, const ImageShape& shape, Span<const std::uint8_t> pixels,
                  std::int32_t label);

}  // namespace covey::data
