#include "common/data/readers/language.h"

#include <algorithm>
#include <map>
#include <utility>

#include "common/data/readers/common_words.h"
#include "common/data/readers/text.h"
#include "common/data/text/texts.h"

namespace covey::data {

namespace {

constexpr std::size_t kHoldOutTextEvery = 10;

std::string first_word(const std::string& text) {
  const auto words = words_of(text);
  return words.empty() ? "" : words.front();
}

/// A word that follows another.
bool has_an_answer(const std::string& text) {
  return words_of(text).size() >= 2;
}

SampleSet samples_with_beginnings(WrittenTexts written, const CommonWords& beginnings) {
  SampleSet samples;
  for (const std::string& text : written.texts)
    samples.labels.push_back(beginnings.class_of(first_word(text)));
  samples.texts = std::move(written.texts);
  samples.owners = std::move(written.owners);
  return samples;
}

}  // namespace

HeldOut hold_out_texts(const WrittenTexts& all) {
  HeldOut halves;
  std::map<std::uint32_t, std::size_t> seen;
  for (std::size_t i = 0; i < all.texts.size(); ++i) {
    WrittenTexts& half = ++seen[all.owners[i]] % kHoldOutTextEvery == 0 ? halves.test : halves.train;
    half.texts.push_back(all.texts[i]);
    half.owners.push_back(all.owners[i]);
  }
  return halves;
}

Result<Dataset> language_dataset(HeldOut texts, const config::Data& config) {
  Dataset dataset;
  dataset.task = "next-word";
  std::vector<std::string> first;
  for (const std::string& text : texts.train.texts) first.push_back(first_word(text));
  const CommonWords beginnings(first);
  dataset.classes = beginnings.count();
  if (dataset.classes < 2)
    return invalid_argument("all training texts begin with one word, allowed: two beginnings or more");
  if (!texts.test.texts.empty() &&
      std::none_of(texts.test.texts.begin(), texts.test.texts.end(), has_an_answer))
    return invalid_argument("no test text has a second word, and only words after the first can be judged");
  dataset.train = samples_with_beginnings(std::move(texts.train), beginnings);
  dataset.test = samples_with_beginnings(std::move(texts.test), beginnings);
  encode_dataset(config, dataset);
  return dataset;
}

}  // namespace covey::data
