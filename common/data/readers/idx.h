#pragma once

#include "common/base/bytes.h"
#include "common/data/dataset.h"

namespace covey::data {

/// An array of the IDX format: bytes 0, 0, type, number of dimensions; each dimension as big-endian u32; then
/// the values.
struct IdxArray {
  std::vector<std::uint32_t> dimensions;
  ByteSpan values;  ///< a view of the parsed bytes
};

/// Type 0x08 (unsigned bytes) with exactly `dimension_count` dimensions and nothing after the values.
///   errors  kCorrupt "at byte N: expected ..., found ..."
Result<IdxArray> parse_idx(ByteSpan bytes, std::size_t dimension_count);

/// Grey images of an idx3 file; labels are kNoLabel.
Result<SampleSet> parse_idx_images(ByteSpan bytes);

/// The values of an idx1 file: labels, or owners.
Result<std::vector<std::uint8_t>> parse_idx_numbers(ByteSpan bytes);

}  // namespace covey::data
