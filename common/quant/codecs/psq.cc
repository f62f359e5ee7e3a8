#include "common/quant/codecs/psq.h"

#include "common/quant/blocks.h"

namespace covey::quant {

namespace {

BlockFormat format_of(std::size_t rows, const CodecOptions&) {
  return {Scheme::kPsq, GridKind::kAffine, rows};
}

}  // namespace

Result<std::unique_ptr<const Codec>> make_psq(const CodecOptions& options) {
  return make_block_codec("psq", options, format_of);
}

Result<std::unique_ptr<const RecordBody>> read_psq(const RecordHeader& header, const TensorSpec& tensor,
                                                   ByteReader& reader) {
  return read_blocks("PSQ", format_of(row_count(tensor), {}), header, tensor, reader);
}

}  // namespace covey::quant
