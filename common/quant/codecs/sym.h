#pragma once

#include "common/quant/codec.h"

namespace covey::quant {

/// Codec `sym`: a symmetric grid for each row (output channel), 2 to 8 bits: the usual grid of weights.
///
/// With n = 2^(bits-1) - 1: scale s = n / max |x| of the row, code = round(s x) + 2^(bits-1), decoded =
/// (code - 2^(bits-1)) / s. Zeros stay zero; it costs 32 bits a row.
///   source  quantization.md B.4; arXiv 2011.10680
Result<std::unique_ptr<const Codec>> make_sym(const CodecOptions& options);

/// Reader of scheme SYM_CH.
Result<std::unique_ptr<const RecordBody>> read_sym(const RecordHeader& header, const TensorSpec& tensor,
                                                   ByteReader& reader);

}  // namespace covey::quant
