#pragma once

#include "common/quant/codec.h"

namespace covey::quant {

/// `codec` with its records compressed by Zstandard where that makes them at least 1/32 shorter. What decodes
/// is the same; how many bytes travel depends on the version of the library.
std::unique_ptr<const Codec> compressed(std::unique_ptr<const Codec> codec);

/// Reads scheme ZSTD: another record inside.
Result<std::unique_ptr<const RecordBody>> read_zstd(const RecordHeader& header, const TensorSpec& tensor,
                                                    ByteReader& reader);

}  // namespace covey::quant
