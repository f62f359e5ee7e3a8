#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/bytes.h"

namespace covey::data {

/// One numeric array of a MAT file, without its values.
struct MatVariable {
  std::string name;
  std::uint8_t array_class = 0;           ///< mxDOUBLE_CLASS = 6 ... mxUINT64_CLASS = 15
  std::vector<std::uint32_t> dimensions;  ///< at most 8
  std::uint8_t stored_type = 0;           ///< miINT8 = 1, miUINT8 = 2, ... of the values
  std::uint64_t value_count = 0;          ///< product of the dimensions
};

inline constexpr std::uint8_t kMatUint8Class = 9;
inline constexpr std::uint8_t kMatUint8Stored = 2;

/// Checks a MAT file of version 5 (little-endian) before a library parses it: every size agrees with the
/// others and with the file, compressed variables unpack to what their header says and no more than 1 GiB
/// each, and all variables are real numeric arrays. Nothing of the size of the data is allocated.
///   errors  kCorrupt "at byte N: expected ..."; kExhausted for a variable that unpacks to too much.
Result<std::vector<MatVariable>> inspect_mat5(ByteSpan bytes);

}  // namespace covey::data
