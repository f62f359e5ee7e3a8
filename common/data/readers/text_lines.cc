#include "common/data/readers/folder_listing.h"
#include "common/data/readers/language.h"
#include "common/data/readers/readers.h"
#include "common/data/readers/text.h"

namespace covey::data {

/// For language models: one text a line, in one file of any name or in the .txt files of a folder, each of
/// which is an owner's.
Result<Dataset> read_text_lines(const config::Data& config, std::uint64_t) {
  std::error_code error;
  std::vector<fs::path> files{config.path};
  if (!fs::is_regular_file(config.path, error)) {
    COVEY_ASSIGN_OR_RETURN(files, files_below(config.path, kTextFiles));
  }
  WrittenTexts all;
  for (std::size_t owner = 0; owner < files.size(); ++owner) {
    COVEY_ASSIGN_OR_RETURN(auto texts, read_text_files({files[owner]}));
    all.owners.insert(all.owners.end(), texts.size(), static_cast<std::uint32_t>(owner));
    std::move(texts.begin(), texts.end(), std::back_inserter(all.texts));
  }
  return language_dataset(hold_out_texts(all), config);
}

}  // namespace covey::data
