#include "common/base/file.h"
#include "common/data/readers/readers.h"
#include "common/data/readers/text.h"

namespace covey::data {

namespace {

constexpr std::uint64_t kTsvBytesMax = std::uint64_t{1} << 30;

Result<NamedTexts> read_tsv(const fs::path& path) {
  COVEY_ASSIGN_OR_RETURN(const std::string file, read_text_file(path, kTsvBytesMax));
  auto texts = parse_labelled_tsv(file);
  if (!texts.ok()) return texts.status().with_context(path.string());
  return texts;
}

}  // namespace

/// SST-2 as GLUE publishes it: train.tsv and, because the labels of its test set are hidden, dev.tsv for
/// tests; where test.tsv has labels, as in the sentence-level sets made of the treebank, that.
Result<Dataset> read_sst2(const config::Data& config, std::uint64_t) {
  const fs::path path = config.path;
  COVEY_ASSIGN_OR_RETURN(NamedTexts train, read_tsv(path / "train.tsv"));
  auto test = read_tsv(path / "test.tsv");
  if (!test.ok()) test = read_tsv(path / "dev.tsv");
  if (!test.ok()) return test.status();
  return text_dataset(std::move(train), *std::move(test), config);
}

/// AG News with the text before its class: train.tsv, or the dev.tsv of the smaller releases, and test.tsv.
Result<Dataset> read_agnews(const config::Data& config, std::uint64_t) {
  const fs::path path = config.path;
  std::error_code error;
  const bool whole = fs::exists(path / "train.tsv", error);
  COVEY_ASSIGN_OR_RETURN(NamedTexts train, read_tsv(path / (whole ? "train.tsv" : "dev.tsv")));
  COVEY_ASSIGN_OR_RETURN(NamedTexts test, read_tsv(path / "test.tsv"));
  return text_dataset(std::move(train), std::move(test), config);
}

}  // namespace covey::data
