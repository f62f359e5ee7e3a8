#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/base/span.h"
#include "common/base/status.h"

namespace covey::data {

inline constexpr std::uint16_t kPadding = 0;    ///< after the last word of a short text
inline constexpr std::uint16_t kUnknown = 1;    ///< any word that the vocabulary lacks; masked words, too
inline constexpr std::uint16_t kFirstWord = 2;  ///< id of the first word of a vocabulary
inline constexpr std::size_t kVocabularyBytesMax = std::size_t{40}
                                                   << 10;  ///< of its words, each with a space
inline constexpr std::size_t kWordBytesMax = 64;           ///< longer words lose their end

/// The words of a text in UTF-8: runs of letters, digits and of any character outside ASCII, in lower case
/// (ASCII letters only), apostrophes inside a word included; every other printable character is a word of its
/// own. Bytes that are no UTF-8 part words as spaces do.
std::vector<std::string> words_of(std::string_view text);

/// Words and their ids.
class Vocabulary {
 public:
  /// The `words_max` most frequent words of `texts`, ties by their bytes, as far as kVocabularyBytesMax goes;
  /// words that occur once are left out.
  static Vocabulary of_texts(Span<const std::string> texts, std::size_t words_max);
  /// Words in the order of their ids.
  ///   errors  kInvalidArgument when they take more than kVocabularyBytesMax, or one is empty, occurs twice
  ///   or is no
  ///           word of words_of
  static Result<Vocabulary> of_words(std::vector<std::string> words);

  const std::vector<std::string>& words() const { return words_; }
  /// Ids that a text may hold: padding and the unknown word included.
  std::size_t ids() const { return kFirstWord + words_.size(); }

  /// Ids of the first `tokens` words of `text`, padded. A text without words is one unknown word.
  std::vector<std::uint16_t> ids_of(std::string_view text, int tokens) const;
  /// The same, two bytes each, appended to `bytes`.
  void encode(std::string_view text, int tokens, std::vector<std::uint8_t>& bytes) const;

 private:
  explicit Vocabulary(std::vector<std::string> words);

  std::vector<std::string> words_;
  std::unordered_map<std::string, std::uint16_t> ids_;
};

}  // namespace covey::data
