#pragma once

#include "common/base/bytes.h"

namespace covey::data {

/// Checks that every chunk of a PNG file lies inside the file before stb reads it, which makes room for what
/// a chunk says it holds, up to 2 GiB, before it looks.
///   file    begins with PNG's signature
///   errors  kCorrupt "at byte N: expected ..."
Status check_png_chunks(ByteSpan file);

}  // namespace covey::data
