#include "common/data/text/vocabulary.h"

#include <algorithm>
#include <cstring>

namespace covey::data {

namespace {

unsigned char byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

/// Bytes of the UTF-8 character outside ASCII that starts at `i`; 0 where none does.
std::size_t wide_character(std::string_view text, std::size_t i) {
  const unsigned char first = byte_at(text, i);
  const std::size_t length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length == 0 || i + length > text.size()) return 0;
  // Overlong forms, halves of surrogate pairs and what lies past U+10FFFF are no characters.
  const unsigned char least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned char most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (byte_at(text, i + 1) < least || byte_at(text, i + 1) > most) return 0;
  for (std::size_t k = 2; k < length; ++k) {
    if ((byte_at(text, i + k) & 0xc0) != 0x80) return 0;
  }
  return length;
}

/// Bytes of the character of a word that starts at `i`; 0 where none does.
std::size_t word_character(std::string_view text, std::size_t i) {
  if (i >= text.size()) return 0;
  const unsigned char c = byte_at(text, i);
  const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return plain ? 1 : wide_character(text, i);
}

bool is_printable(unsigned char c) {
  return c > 0x20 && c < 0x7f;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The word that starts at `i`, which moves behind it.
std::string take_word(std::string_view text, std::size_t& i) {
  std::string word;
  bool full = false;
  while (true) {
    const bool apostrophe = i < text.size() && text[i] == '\'' && word_character(text, i + 1) > 0;
    const std::size_t length = apostrophe ? 1 : word_character(text, i);
    if (length == 0) break;
    full = full || word.size() + length > kWordBytesMax;
    if (!full) word += text.substr(i, length);
    i += length;
  }
  while (word.back() == '\'') word.pop_back();  // where a long word was cut
  std::transform(word.begin(), word.end(), word.begin(), lower);
  return word;
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < text.size();) {
    if (word_character(text, i) > 0) {
      words.push_back(take_word(text, i));
    } else {
      if (is_printable(byte_at(text, i))) words.emplace_back(1, text[i]);
      ++i;
    }
  }
  return words;
}

Vocabulary::Vocabulary(std::vector<std::string> words) : words_(std::move(words)) {
  for (std::size_t i = 0; i < words_.size(); ++i)
    ids_.emplace(words_[i], static_cast<std::uint16_t>(kFirstWord + i));
}

Vocabulary Vocabulary::of_texts(Span<const std::string> texts, std::size_t words_max) {
  std::unordered_map<std::string, std::size_t> counts;
  for (const std::string& text : texts) {
    for (std::string& word : words_of(text)) ++counts[std::move(word)];
  }
  std::vector<std::pair<std::string, std::size_t>> frequent;
  for (auto& [word, count] : counts) {
    if (count > 1) frequent.emplace_back(word, count);
  }
  std::sort(frequent.begin(), frequent.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  std::vector<std::string> words;
  std::size_t bytes = 0;
  for (auto& [word, count] : frequent) {
    bytes += word.size() + 1;
    if (words.size() == words_max || bytes > kVocabularyBytesMax) break;
    words.push_back(std::move(word));
  }
  return Vocabulary(std::move(words));
}

Result<Vocabulary> Vocabulary::of_words(std::vector<std::string> words) {
  std::size_t bytes = 0;
  for (const std::string& word : words) bytes += word.size() + 1;
  if (bytes > kVocabularyBytesMax) {
    return invalid_argument("a vocabulary of " + std::to_string(bytes) + " bytes; allowed are " +
                            std::to_string(kVocabularyBytesMax));
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words_of(words[i]) != std::vector<std::string>{words[i]})
      return invalid_argument("word " + std::to_string(i) +
                              " of the vocabulary is not one word in lower case");
  }
  Vocabulary vocabulary(std::move(words));
  if (vocabulary.ids_.size() != vocabulary.words_.size())
    return invalid_argument("a word occurs twice in the vocabulary");
  return vocabulary;
}

std::vector<std::uint16_t> Vocabulary::ids_of(std::string_view text, int tokens) const {
  std::vector<std::uint16_t> ids;
  for (const std::string& word : words_of(text)) {
    const auto found = ids_.find(word);
    ids.push_back(found == ids_.end() ? kUnknown : found->second);
  }
  if (ids.empty()) ids.push_back(kUnknown);
  ids.resize(static_cast<std::size_t>(tokens), kPadding);
  return ids;
}

void Vocabulary::encode(std::string_view text, int tokens, std::vector<std::uint8_t>& bytes) const {
  const auto ids = ids_of(text, tokens);
  const std::size_t start = bytes.size();
  bytes.resize(start + ids.size() * sizeof(std::uint16_t));
  std::memcpy(bytes.data() + start, ids.data(), ids.size() * sizeof(std::uint16_t));
}

}  // namespace covey::data
