#pragma once

#include "common/quant/codec.h"

namespace covey::quant {

/// Codec `bhq`: the affine grid of `psq` for each row of a block Householder transform, 2 to 8 bits. Where
/// few rows are far larger than the others it spreads their error over many rows; where all rows are alike it
/// is a few per cent worse than `psq`. Takes O(values + rows log rows) and costs 80 bits a row and 48 a group
/// more than the codes.
///
/// A matrix of one or two rows, or of constant rows, becomes a record of `psq`.
///   source  quantization.md A.5; arXiv 2010.14298
Result<std::unique_ptr<const Codec>> make_bhq(const CodecOptions& options);

/// Bytes of a record of `bhq` beside its header and codes.
///   matrix  finite values, not all rows of which are constant
std::size_t bhq_field_bytes(const Matrix& matrix);

/// Reader of scheme BHQ. Decoding fills memory for one tensor: a row needs all rows of its group, which may
/// lie anywhere in the tensor.
Result<std::unique_ptr<const RecordBody>> read_bhq(const RecordHeader& header, const TensorSpec& tensor,
                                                   ByteReader& reader);

}  // namespace covey::quant
