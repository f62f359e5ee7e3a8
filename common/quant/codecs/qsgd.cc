#include "common/quant/codecs/qsgd.h"

#include "common/quant/blocks.h"

namespace covey::quant {

namespace {

BlockFormat format_of(std::size_t, const CodecOptions&) {
  return {Scheme::kQsgd, GridKind::kSymmetric, 1, BlockRange::kNorm};
}

}  // namespace

Result<std::unique_ptr<const Codec>> make_qsgd(const CodecOptions& options) {
  return make_block_codec("qsgd", options, format_of);
}

Result<std::unique_ptr<const RecordBody>> read_qsgd(const RecordHeader& header, const TensorSpec& tensor,
                                                    ByteReader& reader) {
  return read_blocks("QSGD", format_of(1, {}), header, tensor, reader);
}

}  // namespace covey::quant
