#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace covey {

/// What one sample is and how large. All samples of a data set have one format. Shapes turn into it and are
/// read from it: image_shape.h, text_shape.h, region_shape.h.
struct SampleFormat {
  std::string kind;                ///< as data/kinds/registry.h names it: image | text | regions
  std::vector<int> sizes;          ///< the members of the kind's shape, in their order
  std::vector<std::int64_t> dims;  ///< of one sample as a model takes it; they follow from the sizes
  std::size_t value_bytes = 0;     ///< of one value as it is stored; it follows from the kind

  /// Numbers that a model takes of a sample: pixels, ids, or a row of region_shape.h.
  std::size_t values() const {
    std::size_t values = dims.empty() ? 0 : 1;
    for (const std::int64_t dim : dims) values *= static_cast<std::size_t>(dim);
    return values;
  }
  std::size_t bytes() const { return values() * value_bytes; }

  friend bool operator==(const SampleFormat& a, const SampleFormat& b) {
    return a.kind == b.kind && a.sizes == b.sizes;
  }
  friend bool operator!=(const SampleFormat& a, const SampleFormat& b) { return !(a == b); }
};

}  // namespace covey
