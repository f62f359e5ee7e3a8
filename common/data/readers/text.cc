#include "common/data/readers/text.h"

#include <algorithm>
#include <map>

#include "common/data/images.h"
#include "common/data/text/texts.h"

namespace covey::data {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r";
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

Status add_line(std::string_view line, NamedTexts& texts) {
  const std::size_t tab = line.rfind('\t');
  if (tab == std::string_view::npos) return corrupt("expected a text, a tab and a class");
  const std::string_view text = trimmed(line.substr(0, tab));
  const std::string_view name = trimmed(line.substr(tab + 1));
  if (words_of(text).empty()) return corrupt("the text has no word");
  if (text.size() > kTextBytesMax)
    return corrupt("the text has " + std::to_string(text.size()) + " bytes, allowed: up to " +
                   std::to_string(kTextBytesMax));
  if (name.empty()) return corrupt("the class is empty");
  texts.texts.emplace_back(text);
  texts.classes.emplace_back(name);
  return ok_status();
}

using ClassNumbers = std::map<std::string, std::int32_t>;

Result<SampleSet> samples_of(NamedTexts named, const ClassNumbers& numbers) {
  SampleSet samples;
  for (const std::string& name : named.classes) {
    const auto found = numbers.find(name);
    if (found == numbers.end()) return invalid_argument("class '" + name + "' has no training text");
    samples.labels.push_back(found->second);
  }
  samples.texts = std::move(named.texts);
  return samples;
}

}  // namespace

Result<NamedTexts> parse_labelled_tsv(std::string_view file) {
  NamedTexts texts;
  std::size_t number = 0;
  for (std::size_t start = 0; start < file.size();) {
    const std::size_t end = std::min(file.find('\n', start), file.size());
    const std::string_view line = file.substr(start, end - start);
    start = end + 1;
    ++number;
    if (trimmed(line).empty() || (number == 1 && trimmed(line) == "sentence\tlabel")) continue;
    const Status added = texts.texts.size() < kTextsMax ? add_line(line, texts) : corrupt("too many texts");
    if (!added.ok()) return added.with_context("line " + std::to_string(number));
  }
  return texts;
}

Result<std::vector<std::string>> read_text_files(const std::vector<fs::path>& files) {
  std::vector<std::string> texts;
  for (const fs::path& file : files) {
    COVEY_ASSIGN_OR_RETURN(const std::string content, read_text_file(file));
    auto lines = parse_text_lines(content);
    if (!lines.ok()) return lines.status().with_context(file.string());
    texts.insert(texts.end(), std::make_move_iterator(lines->begin()), std::make_move_iterator(lines->end()));
  }
  return texts;
}

void encode_dataset(const config::Data& config, Dataset& dataset) {
  const auto vocabulary =
      Vocabulary::of_texts(dataset.train.texts, static_cast<std::size_t>(config.vocabulary));
  for (SampleSet* samples : {&dataset.train, &dataset.test})
    encode_texts(vocabulary, static_cast<int>(config.tokens), *samples);
  dataset.vocabulary = vocabulary.words();
}

Result<Dataset> text_dataset(NamedTexts train, NamedTexts test, const config::Data& config) {
  ClassNumbers numbers;
  for (const std::string& name : train.classes) numbers.emplace(name, 0);
  if (numbers.size() < 2 || numbers.size() > kClassesMax)
    return invalid_argument("the training texts have " + std::to_string(numbers.size()) +
                            " classes; allowed are 2 to " + std::to_string(kClassesMax));
  std::int32_t next = 0;
  for (auto& entry : numbers) entry.second = next++;
  Dataset dataset;
  dataset.classes = static_cast<int>(numbers.size());
  COVEY_ASSIGN_OR_RETURN(dataset.train, samples_of(std::move(train), numbers));
  COVEY_ASSIGN_OR_RETURN(dataset.test, samples_of(std::move(test), numbers));
  encode_dataset(config, dataset);
  return dataset;
}

}  // namespace covey::data
