#pragma once

#include "common/quant/codec.h"

namespace covey::quant {

/// Codec `psq`: the affine grid of `ptq` for each row, 2 to 8 bits. Its worst case is never above that of
/// `ptq`; it costs 64 bits a row more.
///   source  quantization.md A.4; arXiv 2010.14298
Result<std::unique_ptr<const Codec>> make_psq(const CodecOptions& options);

/// Reader of scheme PSQ.
Result<std::unique_ptr<const RecordBody>> read_psq(const RecordHeader& header, const TensorSpec& tensor,
                                                   ByteReader& reader);

}  // namespace covey::quant
