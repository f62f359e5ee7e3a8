#pragma once

#include <vector>

#include "common/data/augment/view_maker.h"

namespace covey::data {

/// Views of texts, on the ids of their words.
///   weak    every word is left out with probability 0.1; the last one left stays. Under the task next-word
///   the text
///           as it is.
///   strong  the same with draws of its own; then one in ten pairs of neighbours changes places, and a run of
///           words, ViewSettings::cutout of the text long (rounded, less than all of it), becomes unknown.
class TextViews final : public ViewMaker {
 public:
  TextViews(const DataSpec& spec, const ViewSettings& settings);

  void plain(Span<const std::uint8_t> text, Span<float> row) override;
  void weak(Span<const std::uint8_t> text, Sequence& draws, Span<float> row) override;
  void strong(Span<const std::uint8_t> text, Sequence& draws, Span<float> row) override;

 private:
  void read_words(Span<const std::uint8_t> text);
  void drop_words(Sequence& draws);
  void swap_neighbours(Sequence& draws);
  void mask_run(Sequence& draws);
  void write(Span<float> row) const;

  double masked_share_;
  bool as_they_are_;
  std::vector<std::uint16_t> words_;  ///< of the text at hand, without padding
};

}  // namespace covey::data
