#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/layout.h"

namespace covey::store {

/// The safetensors file format: u64 length of a JSON header, the header, then raw little-endian tensors.
///   source  github.com/huggingface/safetensors, README "Format"
/// Covey reads and writes fp32 tensors only.

/// A longer header is refused before it is parsed.
inline constexpr std::uint64_t kSafetensorsHeaderBytesMax = std::uint64_t{4} << 20;

/// One tensor of a file; `data` points into the file's bytes, at any alignment.
struct StoredTensor {
  std::string name;
  std::vector<std::uint32_t> shape;
  ByteSpan data;  ///< 4 bytes a value
};

/// The whole file, as a function of (layout, values) alone: keys in order of name, no metadata, header padded
/// with spaces to a multiple of 8. `values` has layout.value_count() elements.
Bytes write_safetensors(const Layout& layout, Span<const float> values);

/// All tensors in order of name. kCorrupt, with the byte offset or the tensor's name, unless the bytes are
/// exactly one valid file: offsets in range, without overlap or gap; kInvalidArgument for a dtype other than
/// F32.
Result<std::vector<StoredTensor>> parse_safetensors(ByteSpan bytes);

/// The values of a file that holds exactly the tensors of `layout`. kInvalidArgument names the first tensor
/// that is missing, unknown or has another shape.
Result<Values> read_safetensors(ByteSpan bytes, const Layout& layout);

}  // namespace covey::store
