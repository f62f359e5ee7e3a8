// libraries: covey::data

#include "common/base/bytes.h"
#include "common/data/readers/shakespeare.h"
#include "common/data/readers/text.h"
#include "common/data/text/texts.h"

/// Whatever parses has a class for every text, and every text has words that a vocabulary of them encodes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace covey::data;
  const std::string_view file = covey::as_text(covey::ByteSpan(data, size));
  if (const auto lines = parse_text_lines(file); lines.ok()) {
    for (const std::string& line : *lines) COVEY_CHECK(!words_of(line).empty());
  }
  if (const auto plays = parse_plays(file, 8); plays.ok()) {
    COVEY_CHECK(plays->texts.size() == plays->owners.size());
    for (const std::string& text : plays->texts) COVEY_CHECK(!words_of(text).empty());
  }
  const auto texts = parse_labelled_tsv(file);
  if (!texts.ok()) return 0;
  COVEY_CHECK(texts->texts.size() == texts->classes.size());
  const auto vocabulary = Vocabulary::of_texts(texts->texts, 100);
  COVEY_CHECK(Vocabulary::of_words(vocabulary.words()).ok(), "a vocabulary can be stored");
  std::vector<std::uint8_t> ids;
  for (const std::string& text : texts->texts) vocabulary.encode(text, 8, ids);
  COVEY_CHECK(ids.size() == texts->texts.size() * 16);
  return 0;
}
