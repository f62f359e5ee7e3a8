#include "common/data/readers/image_folder.h"

#include "common/base/image_shape.h"
#include "common/data/images.h"
#include "common/data/readers/image_file.h"

namespace covey::data {

namespace {

constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 24;

std::string size_text(const ImageShape& shape) {
  return std::to_string(shape.channels) + " x " + std::to_string(shape.height) + " x " +
         std::to_string(shape.width);
}

Status append_image_file(const fs::path& path, std::int32_t label, SampleSet& images) {
  COVEY_ASSIGN_OR_RETURN(const Bytes bytes, read_file(path, kFileBytesMax));
  const auto shape = image_shape(bytes);
  if (!shape.ok()) return shape.status().with_context(path.string());
  if (images.size() > 0 && images.format != *shape) {
    return invalid_argument(path.string() + ": is " + size_text(*shape) +
                            " (channels x height x width), the images before it are " +
                            size_text(ImageShape::of(images.format)) + "; all must have one size");
  }
  COVEY_RETURN_IF_ERROR(check_image_limits(*shape, images.size() + 1));
  const auto image = decode_image(bytes);
  if (!image.ok()) return image.status().with_context(path.string());
  append_image(images, image->shape, image->pixels, label);
  return ok_status();
}

}  // namespace

Status append_image_files(const std::vector<fs::path>& files, std::int32_t label, SampleSet& images) {
  for (const fs::path& file : files) COVEY_RETURN_IF_ERROR(append_image_file(file, label, images));
  return ok_status();
}

}  // namespace covey::data
