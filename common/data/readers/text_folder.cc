#include "common/data/readers/folder_listing.h"
#include "common/data/readers/readers.h"
#include "common/data/readers/text.h"

namespace covey::data {

namespace {

/// Without a test folder, every fifth text of each class is a test text.
constexpr std::size_t kHoldOutTextEvery = 5;

/// Texts of the class folders in `folder`.
Result<NamedTexts> read_class_folders(const fs::path& folder) {
  COVEY_ASSIGN_OR_RETURN(const FolderListing listing, list_folder(folder, kTextFiles));
  if (!listing.files.empty())
    return invalid_argument(listing.files.front().string() + ": lies outside the class folders");
  NamedTexts named;
  for (const fs::path& path : listing.folders) {
    COVEY_ASSIGN_OR_RETURN(const FolderListing members, list_folder(path, kTextFiles));
    COVEY_ASSIGN_OR_RETURN(const auto texts, read_text_files(members.files));
    if (!members.folders.empty() || texts.empty())
      return invalid_argument("'" + path.string() +
                              "': a class folder holds texts, at least one, and no folders");
    named.texts.insert(named.texts.end(), texts.begin(), texts.end());
    named.classes.insert(named.classes.end(), texts.size(), path.filename().string());
  }
  return named;
}

}  // namespace

/// .txt files with one text a line, in train/CLASS/ and test/CLASS/ or in CLASS/ alone.
Result<Dataset> read_text_folder(const config::Data& config, std::uint64_t) {
  const fs::path path = config.path;
  std::error_code error;
  if (fs::is_directory(path / "train", error) && fs::is_directory(path / "test", error)) {
    COVEY_ASSIGN_OR_RETURN(NamedTexts train, read_class_folders(path / "train"));
    COVEY_ASSIGN_OR_RETURN(NamedTexts test, read_class_folders(path / "test"));
    return text_dataset(std::move(train), std::move(test), config);
  }
  COVEY_ASSIGN_OR_RETURN(const NamedTexts all, read_class_folders(path));
  NamedTexts train;
  NamedTexts test;
  std::size_t of_class = 0;
  for (std::size_t i = 0; i < all.texts.size(); ++i) {
    of_class = i > 0 && all.classes[i] == all.classes[i - 1] ? of_class + 1 : 1;
    NamedTexts& half = of_class % kHoldOutTextEvery == 0 ? test : train;
    half.texts.push_back(all.texts[i]);
    half.classes.push_back(all.classes[i]);
  }
  return text_dataset(std::move(train), std::move(test), config);
}

}  // namespace covey::data
