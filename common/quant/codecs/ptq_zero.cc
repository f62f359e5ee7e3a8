#include "common/quant/codecs/ptq_zero.h"

#include "common/quant/blocks.h"

namespace covey::quant {

Result<std::unique_ptr<const Codec>> make_ptq_zero(const CodecOptions& options) {
  return make_block_codec("ptq-zero", options, [](std::size_t, const CodecOptions&) {
    return BlockFormat{Scheme::kPtq, GridKind::kZeroAligned, 1};
  });
}

}  // namespace covey::quant
