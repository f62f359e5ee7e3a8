#pragma once

#include "common/quant/codec.h"

namespace covey::quant {

/// Codec `group`: the affine grid of `ptq` for each of CodecOptions::groups groups of consecutive rows, 2 to
/// 8 bits. Row r of N lies in group floor(r groups / N); more groups than rows count as N.
///   source  quantization.md D.1; arXiv 1909.05840
Result<std::unique_ptr<const Codec>> make_group(const CodecOptions& options);

/// Reader of scheme GROUP.
Result<std::unique_ptr<const RecordBody>> read_group(const RecordHeader& header, const TensorSpec& tensor,
                                                     ByteReader& reader);

}  // namespace covey::quant
