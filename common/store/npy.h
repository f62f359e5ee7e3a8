#pragma once

#include <cstdint>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/layout.h"

namespace covey::store {

/// NumPy's .npy format: magic, version, a header that is a Python dictionary, then the raw array.
///   source  numpy.lib.format, versions 1.0 to 3.0
/// Covey reads little-endian float32 and float64 in C order, and writes float32.

/// An array of any rank, row by row.
struct Array {
  std::vector<std::uint32_t> shape;  ///< empty for a single value
  Values values;
};

/// kCorrupt, naming what and where, unless the bytes are exactly one array; kInvalidArgument for another
/// dtype and for Fortran order. A float64 is rounded to the nearest float32.
Result<Array> parse_npy(ByteSpan bytes);

/// `array.values` has as many elements as the shape says.
Bytes write_npy(const Array& array);

}  // namespace covey::store
