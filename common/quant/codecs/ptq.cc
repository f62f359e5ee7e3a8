#include "common/quant/codecs/ptq.h"

#include "common/quant/blocks.h"

namespace covey::quant {

Result<std::unique_ptr<const Codec>> make_ptq(const CodecOptions& options) {
  return make_block_codec("ptq", options, [](std::size_t, const CodecOptions&) {
    return BlockFormat{Scheme::kPtq, GridKind::kAffine, 1};
  });
}

Result<std::unique_ptr<const RecordBody>> read_ptq(const RecordHeader& header, const TensorSpec& tensor,
                                                   ByteReader& reader) {
  const bool aligned = (header.flags & record_flag::kZeroAligned) != 0;
  const GridKind grid = aligned ? GridKind::kZeroAligned : GridKind::kAffine;
  return read_blocks("PTQ", {Scheme::kPtq, grid, 1}, header, tensor, reader);
}

}  // namespace covey::quant
