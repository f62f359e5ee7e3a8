#pragma once

#include <cstdint>

#include "common/quant/draws.h"
#include "common/quant/grid.h"
#include "common/quant/matrix.h"

namespace covey::quant {

/// A matrix as its codes give it back: bit for bit what decoding an encoded tensor returns, without the bytes
/// in between. For training on quantised values, where it runs at every step.

/// How to round, and which random words to take where that is stochastic: element i of the codes' order takes
/// word first + i of `item`.
struct Rounding {
  CodecDraws draws;
  std::uint64_t item = 0;
  std::uint64_t first = 0;  ///< word of the first element
};

/// One grid of `kind` per row: codec `psq` with an affine grid; for a matrix of one row `ptq`, with a
/// zero-aligned grid `ptq-zero`.
///   bits  2 to 8
///   out   as many as matrix.values; may be the same memory
/// Where any value is not finite, all come back as they are: training that diverges shows it.
void round_trip_rows(GridKind kind, int bits, const Matrix& matrix, const Rounding& rounding,
                     Span<float> out);

/// Codec `bhq`, with `psq` for a matrix that has no plan; `out` is other memory, the rest as above.
void round_trip_householder(int bits, const Matrix& matrix, const Rounding& rounding, Span<float> out);

}  // namespace covey::quant
