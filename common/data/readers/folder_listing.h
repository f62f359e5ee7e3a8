#pragma once

#include <string>
#include <vector>

#include "common/base/file.h"

namespace covey::data {

/// Which files hold samples of a kind.
struct FileKind {
  std::string name;                     ///< as messages call one: "image"
  std::vector<std::string> extensions;  ///< with the dot, in lower case; files may have them in any case
};

extern const FileKind kImageFiles;  ///< .png, .jpg, .jpeg
extern const FileKind kTextFiles;   ///< .txt

/// What a folder holds besides hidden entries (a leading dot), which are skipped. Sorted by name.
struct FolderListing {
  std::vector<fs::path> folders;
  std::vector<fs::path> files;  ///< all of the kind
};

/// kNotFound when `folder` is none; kInvalidArgument naming a file that is not of the kind.
Result<FolderListing> list_folder(const fs::path& folder, const FileKind& kind);

/// The files in `folder`, or those in its folders, sorted by folder and name.
///   errors  those of list_folder; kInvalidArgument when it holds files and folders, or folders in folders
Result<std::vector<fs::path>> files_below(const fs::path& folder, const FileKind& kind);

}  // namespace covey::data
