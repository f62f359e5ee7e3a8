#pragma once

#include <functional>

#include "common/base/bytes.h"

namespace covey::data {

enum class Compression { kGzip, kZlib };

/// Decompresses all of `bytes` and hands the output to `sink` in pieces, so that a small file that unpacks to
/// a huge one never takes more memory than the sink does. Errors: kCorrupt with the byte offset for bad or
/// truncated data or bytes after its end, kExhausted when the output passes `bytes_max`, and whatever the
/// sink returns.
Status inflate(ByteSpan bytes, Compression compression, std::uint64_t bytes_max,
               const std::function<Status(ByteSpan)>& sink);

/// The same into memory.
Result<Bytes> inflated(ByteSpan bytes, Compression compression, std::uint64_t bytes_max);

}  // namespace covey::data
