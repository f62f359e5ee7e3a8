#pragma once

#include "common/base/bytes.h"

namespace covey::data {

/// Checks the Huffman tables of a JPEG file before stb reads them: released versions of stb write past their
/// own table when the code counts of one sum to more than 256.
///   errors  kCorrupt "at byte N: expected ..."
Status check_jpeg_tables(ByteSpan file);

}  // namespace covey::data
