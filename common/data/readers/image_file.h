#pragma once

#include "common/base/file.h"
#include "common/base/image_shape.h"
#include "common/data/dataset.h"

namespace covey::data {

struct DecodedImage {
  ImageShape shape;  ///< 1 channel for grey files, else 3; an alpha channel is dropped, 16-bit files lose
                     ///< their low bits
  std::vector<std::uint8_t> pixels;
};

/// The size of a PNG or JPEG image, read from its header alone. kCorrupt when there is none, kInvalidArgument
/// past the limits of images.h.
Result<ImageShape> image_shape(ByteSpan file);

/// Decodes a PNG or JPEG file; sizes are checked first. kCorrupt with the decoder's reason.
Result<DecodedImage> decode_image(ByteSpan file);

/// Without loss. `pixels` holds shape.bytes() planar values.
Bytes encode_png(const ImageShape& shape, Span<const std::uint8_t> pixels);

/// Encodes and writes one file, without flushing it to the disk: a data set may have 100,000 of them.
/// kExhausted when the disk is full.
Status write_png_file(const fs::path& path, const ImageShape& shape, Span<const std::uint8_t> pixels);

}  // namespace covey::data
