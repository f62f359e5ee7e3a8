#pragma once

#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/config/experiment.h"
#include "common/data/dataset.h"

namespace covey::data {

/// Texts that a language model learns and is tested on, each with the number of who wrote it.
struct WrittenTexts {
  std::vector<std::string> texts;
  std::vector<std::uint32_t> owners;
};

/// Every tenth text of each owner is held out for tests.
struct HeldOut {
  WrittenTexts train;
  WrittenTexts test;
};
HeldOut hold_out_texts(const WrittenTexts& all);

/// A data set with the task next-word: ids from a vocabulary of the training texts (data.vocabulary,
/// data.tokens). So that texts can be dealt out unevenly they are of classes, ten at most: of the nine words
/// that most training texts begin with, and of all others.
///   errors  kInvalidArgument when all training texts begin with one word, or no test text has a second one
Result<Dataset> language_dataset(HeldOut texts, const config::Data& config);

}  // namespace covey::data
