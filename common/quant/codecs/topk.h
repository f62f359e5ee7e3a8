#pragma once

#include "common/quant/codec.h"

namespace covey::quant {

/// Codec `topk`: the share CodecOptions::keep of a tensor's values that are the largest in magnitude, rounded
/// up, as they are; the others decode to 0. Of equal magnitudes the first are kept. For updates, with error
/// feedback: what is left out is lost otherwise.
///   source  arXiv 1809.07599
Result<std::unique_ptr<const Codec>> make_topk(const CodecOptions& options);

/// Reads scheme TOPK.
Result<std::unique_ptr<const RecordBody>> read_topk(const RecordHeader& header, const TensorSpec& tensor,
                                                    ByteReader& reader);

}  // namespace covey::quant
