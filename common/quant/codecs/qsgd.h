#pragma once

#include "common/quant/codec.h"

namespace covey::quant {

/// Codec `qsgd`: sign and magnitude of every value in units of the tensor's L2 norm over s = 2^(bits-1) - 1
/// levels, 2 to 8 bits. For updates with draws: unbiased, and most codes are zero where there are many
/// values. Rounded to nearest, a long tensor of values that are alike becomes 0.
///   source  Alistarh et al., QSGD (2017), arXiv 1610.02132
Result<std::unique_ptr<const Codec>> make_qsgd(const CodecOptions& options);

/// Reads scheme QSGD.
Result<std::unique_ptr<const RecordBody>> read_qsgd(const RecordHeader& header, const TensorSpec& tensor,
                                                    ByteReader& reader);

}  // namespace covey::quant
