#include "common/base/image_shape.h"
#include "common/data/images.h"
#include "common/data/readers/folder_listing.h"
#include "common/data/readers/image_folder.h"
#include "common/data/readers/normalisations.h"
#include "common/data/readers/readers.h"

namespace covey::data {

namespace {

/// Without a test folder, every fifth image of each class (by file name) is a test image.
constexpr std::size_t kHoldOutEvery = 5;

struct ClassFiles {
  std::string name;
  std::vector<fs::path> files;
};

Result<std::vector<ClassFiles>> list_classes(const fs::path& folder) {
  COVEY_ASSIGN_OR_RETURN(const FolderListing listing, list_folder(folder, kImageFiles));
  if (!listing.files.empty()) {
    return invalid_argument(listing.files.front().string() + ": lies outside the class folders");
  }
  if (listing.folders.empty() || listing.folders.size() > kClassesMax) {
    return invalid_argument("'" + folder.string() + "' holds " + std::to_string(listing.folders.size()) +
                            " class folders; allowed are 1 to " + std::to_string(kClassesMax));
  }
  std::vector<ClassFiles> classes;
  for (const fs::path& path : listing.folders) {
    COVEY_ASSIGN_OR_RETURN(FolderListing members, list_folder(path, kImageFiles));
    if (!members.folders.empty() || members.files.empty()) {
      return invalid_argument("'" + path.string() +
                              "': a class folder holds images, at least one, and no folders");
    }
    classes.push_back({path.filename().string(), std::move(members.files)});
  }
  return classes;
}

Status read_split(const fs::path& path, Dataset& dataset) {
  COVEY_ASSIGN_OR_RETURN(const auto train, list_classes(path / "train"));
  COVEY_ASSIGN_OR_RETURN(const auto test, list_classes(path / "test"));
  dataset.classes = static_cast<int>(train.size());
  for (std::size_t label = 0; label < train.size(); ++label) {
    COVEY_RETURN_IF_ERROR(
        append_image_files(train[label].files, static_cast<std::int32_t>(label), dataset.train));
  }
  for (const ClassFiles& members : test) {
    std::size_t label = 0;
    while (label < train.size() && train[label].name != members.name) ++label;
    if (label == train.size()) {
      return invalid_argument("'" + (path / "test" / members.name).string() +
                              "': the class has no training images");
    }
    COVEY_RETURN_IF_ERROR(append_image_files(members.files, static_cast<std::int32_t>(label), dataset.test));
  }
  return ok_status();
}

Status read_whole(const fs::path& path, Dataset& dataset) {
  COVEY_ASSIGN_OR_RETURN(const auto classes, list_classes(path));
  dataset.classes = static_cast<int>(classes.size());
  for (std::size_t label = 0; label < classes.size(); ++label) {
    std::vector<fs::path> train;
    std::vector<fs::path> test;
    for (std::size_t i = 0; i < classes[label].files.size(); ++i) {
      ((i + 1) % kHoldOutEvery == 0 ? test : train).push_back(classes[label].files[i]);
    }
    COVEY_RETURN_IF_ERROR(append_image_files(train, static_cast<std::int32_t>(label), dataset.train));
    COVEY_RETURN_IF_ERROR(append_image_files(test, static_cast<std::int32_t>(label), dataset.test));
  }
  return ok_status();
}

}  // namespace

/// PNG and JPEG files of one size, in train/CLASS/ and test/CLASS/ or in CLASS/ alone. Classes are numbered
/// by the order of their names.
Result<Dataset> read_folder(const config::Data& config, std::uint64_t) {
  const fs::path path = config.path;
  std::error_code error;
  const bool split = fs::is_directory(path / "train", error) && fs::is_directory(path / "test", error);
  Dataset dataset;
  COVEY_RETURN_IF_ERROR(split ? read_split(path, dataset) : read_whole(path, dataset));
  const bool colours = ImageShape::of(dataset.train.format).channels == 3;
  dataset.normalisation = colours ? colour_normalisation() : plain_normalisation();
  return dataset;
}

}  // namespace covey::data
