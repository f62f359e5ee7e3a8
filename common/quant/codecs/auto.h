#pragma once

#include "common/quant/codec.h"

namespace covey::quant {

/// Codec `auto`: per tensor the one of `ptq`, `psq` and `bhq` with the smallest worst case at equal size, 2
/// to 8 bits. The record is that codec's.
///
/// One bit more per value divides a worst case by 4, so scales and other fields that cost m bits per value
/// have to: the codec with the smallest worst_case_bound x 4^(bits of the record per value) is taken, the
/// first on a tie. Bounds and sizes follow from the ranges of rows, so only that codec encodes.
///   source  quantization.md A.2, A.5
Result<std::unique_ptr<const Codec>> make_auto(const CodecOptions& options);

}  // namespace covey::quant
