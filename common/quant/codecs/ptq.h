#pragma once

#include "common/quant/codec.h"

namespace covey::quant {

/// Codec `ptq`: one affine grid per tensor, 2 to 8 bits.
///
/// With B = 2^bits - 1: offset z = min x, scale s = B / (max x - min x), code = round(s (x - z)), decoded =
/// code / s + z. Codes are computed in double against the fp32 scale that is sent, so stochastic rounding is
/// unbiased up to the rounding of the decoded value to fp32.
///   source  quantization.md A.2, A.3; arXiv 2010.14298
Result<std::unique_ptr<const Codec>> make_ptq(const CodecOptions& options);

/// Reader of scheme PTQ, with and without a code for zero.
Result<std::unique_ptr<const RecordBody>> read_ptq(const RecordHeader& header, const TensorSpec& tensor,
                                                   ByteReader& reader);

}  // namespace covey::quant
