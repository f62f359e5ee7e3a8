#pragma once

#include "common/data/augment/view_maker.h"

namespace covey::data {

/// Regions and phrases are never changed: what a detector gave has no other views, and a word less may be the
/// one that tells two regions apart.
class RegionViews final : public ViewMaker {
 public:
  void plain(Span<const std::uint8_t> sample, Span<float> row) override;
  void weak(Span<const std::uint8_t> sample, Sequence& draws, Span<float> row) override;
  void strong(Span<const std::uint8_t> sample, Sequence& draws, Span<float> row) override;
};

}  // namespace covey::data
