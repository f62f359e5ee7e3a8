#pragma once

#include "common/data/dataset.h"
#include "common/data/text/vocabulary.h"

namespace covey::data {

inline constexpr std::uint64_t kTextsMax = std::uint64_t{1} << 24;
inline constexpr std::size_t kTextBytesMax = std::size_t{1} << 16;

/// Gives `samples.texts` the ids of their words: its format becomes a text's of `tokens` words. Longer texts
/// lose their end.
void encode_texts(const Vocabulary& vocabulary, int tokens, SampleSet& samples);

/// One text a line. Lines without a word are skipped; "\r" at an end is not part of a text.
///   errors  kInvalidArgument "byte N: ..." for a text longer than kTextBytesMax or more than kTextsMax of
///   them
Result<std::vector<std::string>> parse_text_lines(std::string_view file);

}  // namespace covey::data
