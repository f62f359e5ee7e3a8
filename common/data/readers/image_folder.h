#pragma once

#include <string>
#include <vector>

#include "common/base/file.h"
#include "common/data/dataset.h"

namespace covey::data {

/// What a folder holds besides hidden entries (a leading dot), which are skipped. Sorted by name.
struct FolderListing {
  std::vector<fs::path> folders;
  std::vector<fs::path> images;  ///< .png, .jpg, .jpeg in any case
};

/// kNotFound when `folder` is none; kInvalidArgument naming a file that is no image.
Result<FolderListing> list_folder(const fs::path& folder);

/// Decodes `files` and appends them with `label`. All images must have one size: kInvalidArgument names the
/// first that differs, before it is decoded. kCorrupt names a broken file.
Status append_image_files(const std::vector<fs::path>& files, std::int32_t label, Images& images);

}  // namespace covey::data
