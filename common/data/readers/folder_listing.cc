#include "common/data/readers/folder_listing.h"

#include <algorithm>
#include <cctype>

namespace covey::data {

namespace {

bool is_of(const FileKind& kind, const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kind.extensions.begin(), kind.extensions.end(), extension) != kind.extensions.end();
}

/// ".png, .jpg and .jpeg"
std::string listed(const std::vector<std::string>& extensions) {
  std::string text;
  for (std::size_t i = 0; i < extensions.size(); ++i)
    text += (i == 0 ? "" : i + 1 == extensions.size() ? " and " : ", ") + extensions[i];
  return text;
}

}  // namespace

const FileKind kImageFiles{"image", {".png", ".jpg", ".jpeg"}};
const FileKind kTextFiles{"text", {".txt"}};

Result<FolderListing> list_folder(const fs::path& folder, const FileKind& kind) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) return not_found("'" + folder.string() + "': cannot list the folder: " + error.message());
  FolderListing listing;
  for (const fs::directory_entry& entry : entries) {
    const fs::path& path = entry.path();
    if (path.filename().string().front() == '.') continue;
    if (entry.is_directory(error)) {
      listing.folders.push_back(path);
    } else if (is_of(kind, path)) {
      listing.files.push_back(path);
    } else {
      return invalid_argument(path.string() + ": is no " + kind.name + "; allowed are " +
                              listed(kind.extensions) + " files and hidden files");
    }
  }
  std::sort(listing.folders.begin(), listing.folders.end());
  std::sort(listing.files.begin(), listing.files.end());
  return listing;
}

Result<std::vector<fs::path>> files_below(const fs::path& folder, const FileKind& kind) {
  COVEY_ASSIGN_OR_RETURN(FolderListing listing, list_folder(folder, kind));
  if (listing.folders.empty()) return std::move(listing.files);
  if (!listing.files.empty())
    return invalid_argument("'" + folder.string() + "' holds both " + kind.name +
                            "s and folders; allowed is one kind");
  std::vector<fs::path> files;
  for (const fs::path& inside : listing.folders) {
    COVEY_ASSIGN_OR_RETURN(const FolderListing inner, list_folder(inside, kind));
    if (!inner.folders.empty())
      return invalid_argument("'" + inner.folders.front().string() + "': folders are read one level deep");
    files.insert(files.end(), inner.files.begin(), inner.files.end());
  }
  return files;
}

}  // namespace covey::data
