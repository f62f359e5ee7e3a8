#include "common/quant/codecs/group.h"

#include <algorithm>

#include "common/quant/blocks.h"

namespace covey::quant {

Result<std::unique_ptr<const Codec>> make_group(const CodecOptions& options) {
  if (options.groups < 1)
    return invalid_argument("codec group takes at least one group, not " + std::to_string(options.groups));
  return make_block_codec("group", options, [](std::size_t rows, const CodecOptions& chosen) {
    const std::size_t groups = std::min(rows, static_cast<std::size_t>(chosen.groups));
    return BlockFormat{Scheme::kGroup, GridKind::kAffine, groups};
  });
}

Result<std::unique_ptr<const RecordBody>> read_group(const RecordHeader& header, const TensorSpec& tensor,
                                                     ByteReader& reader) {
  const std::size_t rows = row_count(tensor);
  if (header.scale_count < 1 || header.scale_count > rows) {
    return corrupt("scheme GROUP has 1 to " + std::to_string(rows) + " scales, not " +
                   std::to_string(header.scale_count));
  }
  return read_blocks("GROUP", {Scheme::kGroup, GridKind::kAffine, header.scale_count}, header, tensor,
                     reader);
}

}  // namespace covey::quant
