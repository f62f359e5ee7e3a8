#include "common/data/augment/text_views.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "common/data/text/vocabulary.h"

namespace covey::data {

namespace {

constexpr const char* kNextWord = "next-word";  ///< the task whose answers are the words themselves
constexpr std::uint32_t kOneIn = 10;  ///< words that are left out, and neighbours that change places

}  // namespace

TextViews::TextViews(const DataSpec& spec, const ViewSettings& settings)
    : masked_share_(settings.cutout), as_they_are_(spec.task == kNextWord) {
  words_.reserve(spec.format.values());
}

void TextViews::plain(Span<const std::uint8_t> text, Span<float> row) {
  read_words(text);
  write(row);
}

void TextViews::weak(Span<const std::uint8_t> text, Sequence& draws, Span<float> row) {
  read_words(text);
  if (!as_they_are_) drop_words(draws);
  write(row);
}

void TextViews::strong(Span<const std::uint8_t> text, Sequence& draws, Span<float> row) {
  read_words(text);
  drop_words(draws);
  swap_neighbours(draws);
  mask_run(draws);
  write(row);
}

void TextViews::read_words(Span<const std::uint8_t> text) {
  words_.resize(text.size() / sizeof(std::uint16_t));
  std::memcpy(words_.data(), text.data(), text.size());
  words_.erase(std::find(words_.begin(), words_.end(), kPadding), words_.end());
}

void TextViews::drop_words(Sequence& draws) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const bool dropped = draws.below(kOneIn) == 0;
    const bool last_chance = kept == 0 && i + 1 == words_.size();
    if (!dropped || last_chance) words_[kept++] = words_[i];
  }
  words_.resize(kept);
}

void TextViews::swap_neighbours(Sequence& draws) {
  for (std::size_t i = 0; i + 1 < words_.size(); ++i) {
    if (draws.below(kOneIn) == 0) std::swap(words_[i], words_[i + 1]);
  }
}

void TextViews::mask_run(Sequence& draws) {
  if (words_.size() < 2) return;
  const auto wanted =
      static_cast<std::size_t>(std::lround(masked_share_ * static_cast<double>(words_.size())));
  const std::size_t run = std::min(wanted, words_.size() - 1);
  const std::size_t start = draws.below(static_cast<std::uint32_t>(words_.size() - run + 1));
  std::fill_n(words_.begin() + static_cast<std::ptrdiff_t>(start), run, kUnknown);
}

void TextViews::write(Span<float> row) const {
  std::fill(row.begin(), row.end(), static_cast<float>(kPadding));
  std::copy(words_.begin(), words_.end(), row.begin());
}

}  // namespace covey::data
