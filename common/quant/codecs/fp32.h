#pragma once

#include "common/quant/codec.h"

namespace covey::quant {

/// Codec `fp32`: values as they are (scheme raw32). Options are ignored.
Result<std::unique_ptr<const Codec>> make_fp32(const CodecOptions& options);

/// Reader of scheme raw32. Values that are not finite are refused.
Result<std::unique_ptr<const RecordBody>> read_raw32(const RecordHeader& header, const TensorSpec& tensor,
                                                     ByteReader& reader);

}  // namespace covey::quant
