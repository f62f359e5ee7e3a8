#include "common/data/text/texts.h"

#include "common/base/text_shape.h"

namespace covey::data {

void encode_texts(const Vocabulary& vocabulary, int tokens, SampleSet& samples) {
  samples.format = TextShape{tokens};
  samples.bytes.clear();
  samples.bytes.reserve(samples.size() * samples.format.bytes());
  for (const std::string& text : samples.texts) vocabulary.encode(text, tokens, samples.bytes);
}

Result<std::vector<std::string>> parse_text_lines(std::string_view file) {
  std::vector<std::string> texts;
  for (std::size_t start = 0; start < file.size();) {
    const std::size_t end = std::min(file.find('\n', start), file.size());
    std::string_view line = file.substr(start, end - start);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.size() > kTextBytesMax || texts.size() >= kTextsMax) {
      return invalid_argument("byte " + std::to_string(start) + ": a text of " + std::to_string(line.size()) +
                              " bytes; allowed are " + std::to_string(kTextsMax) + " texts of up to " +
                              std::to_string(kTextBytesMax) + " bytes");
    }
    if (!words_of(line).empty()) texts.emplace_back(line);
    start = end + 1;
  }
  return texts;
}

}  // namespace covey::data
