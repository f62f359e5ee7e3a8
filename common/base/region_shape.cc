#include "common/base/region_shape.h"

#include "common/base/check.h"

namespace covey {

RegionShape::operator SampleFormat() const {
  return {kRegionKind,
          {regions, features, phrases, words, named ? 1 : 0},
          {static_cast<std::int64_t>(values())},
          sizeof(float)};
}

RegionShape RegionShape::of(const SampleFormat& format) {
  COVEY_CHECK(format.kind == kRegionKind && format.sizes.size() == 5, format.kind);
  const auto& s = format.sizes;
  return {s[0], s[1], s[2], s[3], s[4] != 0};
}

}  // namespace covey
