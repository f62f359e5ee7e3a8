#include "common/quant/codecs/sym.h"

#include "common/quant/blocks.h"

namespace covey::quant {

namespace {

BlockFormat format_of(std::size_t rows, const CodecOptions&) {
  return {Scheme::kSymCh, GridKind::kSymmetric, rows};
}

}  // namespace

Result<std::unique_ptr<const Codec>> make_sym(const CodecOptions& options) {
  return make_block_codec("sym", options, format_of);
}

Result<std::unique_ptr<const RecordBody>> read_sym(const RecordHeader& header, const TensorSpec& tensor,
                                                   ByteReader& reader) {
  return read_blocks("SYM_CH", format_of(row_count(tensor), {}), header, tensor, reader);
}

}  // namespace covey::quant
