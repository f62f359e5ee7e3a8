#include "common/data/readers/image_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include "common/data/images.h"
#include "common/data/readers/jpeg_check.h"
#include "common/data/readers/png_check.h"
#include "common/data/readers/stb.h"

namespace covey::data {

namespace {

/// An honest file is hardly larger than its pixels; the bound also bounds what a hostile one can unpack to.
std::size_t file_bytes_max(const ImageShape& shape) {
  return 65536 + 4 * shape.bytes();
}

bool starts_with(ByteSpan file, std::string_view signature) {
  return as_text(file).substr(0, signature.size()) == signature;
}

std::string failure() {
  const char* reason = stbi_failure_reason();
  return reason == nullptr ? "unknown reason" : reason;
}

void append_bytes(void* context, void* data, int size) {
  auto* bytes = static_cast<Bytes*>(context);
  const auto* first = static_cast<const std::uint8_t*>(data);
  bytes->insert(bytes->end(), first, first + size);
}

}  // namespace

Result<ImageShape> image_shape(ByteSpan file) {
  constexpr std::size_t kIntMax = 0x7fffffff;
  if (file.size() > kIntMax) return invalid_argument("an image file larger than 2 GiB");
  if (starts_with(file, "\xff\xd8\xff")) {
    COVEY_RETURN_IF_ERROR(check_jpeg_tables(file));
  } else if (starts_with(file, "\x89PNG\r\n\x1a\n")) {
    COVEY_RETURN_IF_ERROR(check_png_chunks(file));
  } else {
    return corrupt("at byte 0: expected the signature of a PNG or JPEG image");
  }
  int width = 0;
  int height = 0;
  int components = 0;
  if (stbi_info_from_memory(file.data(), static_cast<int>(file.size()), &width, &height, &components) == 0) {
    return corrupt("at byte 0: broken image header: " + failure());
  }
  const ImageShape shape{components <= 2 ? 1 : 3, height, width};
  COVEY_RETURN_IF_ERROR(check_image_limits(shape, 1));
  return shape;
}

Result<DecodedImage> decode_image(ByteSpan file) {
  COVEY_ASSIGN_OR_RETURN(const ImageShape shape, image_shape(file));
  if (file.size() > file_bytes_max(shape)) {
    return corrupt("at byte " + std::to_string(file_bytes_max(shape)) + ": expected the end of a " +
                   std::to_string(shape.width) + " x " + std::to_string(shape.height) + " image");
  }
  int width = 0;
  int height = 0;
  int components = 0;
  const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> interleaved(
      stbi_load_from_memory(file.data(), static_cast<int>(file.size()), &width, &height, &components,
                            shape.channels),
      &stbi_image_free);
  if (interleaved == nullptr) return corrupt("broken image: " + failure());
  if (width != shape.width || height != shape.height) return corrupt("broken image: two different sizes");
  DecodedImage image{shape, std::vector<std::uint8_t>(shape.bytes())};
  const auto channels = static_cast<std::size_t>(shape.channels);
  const std::size_t plane = shape.bytes() / channels;
  for (std::size_t i = 0; i < shape.bytes(); ++i) {
    image.pixels[i % channels * plane + i / channels] = interleaved.get()[i];
  }
  return image;
}

Bytes encode_png(const ImageShape& shape, Span<const std::uint8_t> pixels) {
  COVEY_CHECK(pixels.size() == shape.bytes(), pixels.size(), shape.bytes());
  const auto channels = static_cast<std::size_t>(shape.channels);
  const std::size_t plane = shape.bytes() / channels;
  std::vector<std::uint8_t> interleaved(shape.bytes());
  for (std::size_t i = 0; i < shape.bytes(); ++i) {
    interleaved[i] = pixels[i % channels * plane + i / channels];
  }
  Bytes file;
  const int written = stbi_write_png_to_func(append_bytes, &file, shape.width, shape.height, shape.channels,
                                             interleaved.data(), shape.width * shape.channels);
  COVEY_CHECK(written != 0, "stb encodes every image that it has memory for");
  return file;
}

Status write_png_file(const fs::path& path, const ImageShape& shape, Span<const std::uint8_t> pixels) {
  const Bytes png = encode_png(shape, pixels);
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()));
  file.close();
  if (file.good()) return ok_status();
  const std::string message = path.string() + ": cannot write: " + std::strerror(errno);
  return errno == ENOSPC || errno == EDQUOT ? exhausted(message) : internal_error(message);
}

}  // namespace covey::data
