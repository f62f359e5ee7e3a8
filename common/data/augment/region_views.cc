#include "common/data/augment/region_views.h"

#include <cstring>

namespace covey::data {

void RegionViews::plain(Span<const std::uint8_t> sample, Span<float> row) {
  std::memcpy(row.data(), sample.data(), sample.size());
}

void RegionViews::weak(Span<const std::uint8_t> sample, Sequence&, Span<float> row) {
  plain(sample, row);
}

void RegionViews::strong(Span<const std::uint8_t> sample, Sequence&, Span<float> row) {
  plain(sample, row);
}

}  // namespace covey::data
