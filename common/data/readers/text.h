#pragma once

#include <string_view>

#include "common/base/file.h"
#include "common/config/experiment.h"
#include "common/data/dataset.h"

namespace covey::data {

/// Texts with the name of a class each, in the order of the file.
struct NamedTexts {
  std::vector<std::string> texts;
  std::vector<std::string> classes;
};

/// Lines of `text TAB class`. The last tab of a line counts; spaces around both are dropped; empty lines are
/// skipped, and so is a first line "sentence TAB label".
///   errors  kCorrupt "line N: ..." for a line without a tab, a text without words or too long, an empty
///   class
Result<NamedTexts> parse_labelled_tsv(std::string_view file);

/// The lines of .txt files, one text each, file after file (text/texts.h).
Result<std::vector<std::string>> read_text_files(const std::vector<fs::path>& files);

/// Gives both halves of `dataset` the ids of a vocabulary of its training texts (data.vocabulary,
/// data.tokens).
void encode_dataset(const config::Data& config, Dataset& dataset);

/// A data set of texts: classes numbered by their sorted names (all of them from `train`), ids from a
/// vocabulary of the training texts (data.vocabulary, data.tokens).
///   errors  kInvalidArgument when the test set has a class that the training set lacks, or there is but one
Result<Dataset> text_dataset(NamedTexts train, NamedTexts test, const config::Data& config);

}  // namespace covey::data
