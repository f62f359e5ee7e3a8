#pragma once

#include "common/quant/codec.h"

namespace covey::quant {

/// Codec `eden`: rotates blocks of values at random, so that they look like draws of a normal distribution,
/// and codes each with the best quantiser of that distribution, 2 to 8 bits. The error hardly depends on what
/// the tensor looks like; single large values cost nothing.
///
/// Decoded values are scaled so that they are unbiased over the rotations, up to terms of the order of 1 /
/// block size. With draws the rotation is random, and nothing else is; without, the tensor's name fixes it. A
/// record carries the key of its rotation.
///
/// Blocks have at most 4,096 values: padding the whole tensor to a power of two could double its codes, and a
/// scale per block follows values whose size differs from part to part.
///   source  Vargaftik et al., EDEN (ICML 2022), arXiv 2108.08842
Result<std::unique_ptr<const Codec>> make_eden(const CodecOptions& options);

/// Reads scheme EDEN.
Result<std::unique_ptr<const RecordBody>> read_eden(const RecordHeader& header, const TensorSpec& tensor,
                                                    ByteReader& reader);

}  // namespace covey::quant
