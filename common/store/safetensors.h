#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/layout.h"

namespace covey::store {

/// The safetensors file format: u64 length of a JSON header, the header, then raw little-endian tensors.
///   source  github.com/huggingface/safetensors, README "Format"
/// Covey reads and writes tensors of fp32, and of bytes for what it packs itself.

/// A longer header is refused before it is parsed.
inline constexpr std::uint64_t kSafetensorsHeaderBytesMax = std::uint64_t{4} << 20;

enum class Dtype { kF32, kU8 };

/// One tensor of a file; `data` points into the file's bytes, at any alignment.
struct StoredTensor {
  std::string name;
  std::vector<std::uint32_t> shape;
  ByteSpan data;  ///< 4 bytes a value, or 1
  Dtype dtype = Dtype::kF32;
};

/// A file's tensors in order of name, and its metadata.
struct Safetensors {
  std::vector<StoredTensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// The whole file, as a function of its parts alone: keys in order of name, the header padded with spaces to
/// a multiple of 8. The tensors must be in order of name.
Bytes write_safetensors(const Safetensors& file);

/// A model: all tensors of `layout` in fp32, no metadata. `values` has layout.value_count() elements.
Bytes write_safetensors(const Layout& layout, Span<const float> values);

/// kCorrupt, with the byte offset or the tensor's name, unless the bytes are exactly one valid file: offsets
/// in range, without overlap or gap; kInvalidArgument for a dtype other than F32 and U8.
Result<Safetensors> parse_safetensors(ByteSpan bytes);

/// The values of a file that holds exactly the tensors of `layout` in fp32. kInvalidArgument names the first
/// tensor that is missing, unknown or has another shape or dtype.
Result<Values> read_safetensors(ByteSpan bytes, const Layout& layout);

}  // namespace covey::store
