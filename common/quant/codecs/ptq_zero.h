#pragma once

#include "common/quant/codec.h"

namespace covey::quant {

/// Codec `ptq-zero`: one grid per tensor on which zero has a code of its own, 2 to 8 bits. For updates with
/// many values at or near zero: those are rounded with little variance, and zeros stay zero.
///
/// With B = 2^bits - 1, m = min(min x, 0), M = max(max x, 0): zero's code q = rint(-m B / (M - m)), kept away
/// from 0 and B when m < 0 < M; scale s = min(q / -m, (B - q) / M), code = round(s x + q), decoded =
/// (code - q) / s. Scheme PTQ with the flag `zero-aligned`; read_ptq reads it.
///   source  quantization.md A.3, the safe form
Result<std::unique_ptr<const Codec>> make_ptq_zero(const CodecOptions& options);

}  // namespace covey::quant
