#include "common/data/readers/image_folder.h"

#include <algorithm>
#include <cctype>

#include "common/data/images.h"
#include "common/data/readers/image_file.h"

namespace covey::data {

namespace {

constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 24;

bool is_image_name(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

std::string size_text(const ImageShape& shape) {
  return std::to_string(shape.channels) + " x " + std::to_string(shape.height) + " x " +
         std::to_string(shape.width);
}

Status append_image_file(const fs::path& path, std::int32_t label, Images& images) {
  COVEY_ASSIGN_OR_RETURN(const Bytes bytes, read_file(path, kFileBytesMax));
  const auto shape = image_shape(bytes);
  if (!shape.ok()) return shape.status().with_context(path.string());
  if (images.size() > 0 && *shape != images.shape) {
    return invalid_argument(path.string() + ": is " + size_text(*shape) +
                            " (channels x height x width), the images before it are " +
                            size_text(images.shape) + "; all must have one size");
  }
  COVEY_RETURN_IF_ERROR(check_image_limits(*shape, images.size() + 1));
  const auto image = decode_image(bytes);
  if (!image.ok()) return image.status().with_context(path.string());
  append_image(images, image->shape, image->pixels, label);
  return ok_status();
}

}  // namespace

Result<FolderListing> list_folder(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) return not_found("'" + folder.string() + "': cannot list the folder: " + error.message());
  FolderListing listing;
  for (const fs::directory_entry& entry : entries) {
    const fs::path& path = entry.path();
    if (path.filename().string().front() == '.') continue;
    if (entry.is_directory(error)) {
      listing.folders.push_back(path);
    } else if (is_image_name(path)) {
      listing.images.push_back(path);
    } else {
      return invalid_argument(path.string() +
                              ": is no image; allowed are .png, .jpg and .jpeg files and hidden files");
    }
  }
  std::sort(listing.folders.begin(), listing.folders.end());
  std::sort(listing.images.begin(), listing.images.end());
  return listing;
}

Status append_image_files(const std::vector<fs::path>& files, std::int32_t label, Images& images) {
  for (const fs::path& file : files) COVEY_RETURN_IF_ERROR(append_image_file(file, label, images));
  return ok_status();
}

}  // namespace covey::data
