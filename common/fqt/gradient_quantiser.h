#pragma once

#include "common/base/registry.h"
#include "common/quant/round_trip.h"

namespace covey::fqt {

/// Rounds a gradient of one row per image at random, without bias, to 2 to 8 bits. `out` is other memory.
using GradientQuantiser = void (*)(int bits, const quant::Matrix& gradient, const quant::Rounding& rounding,
                                   Span<float> out);

/// ptq (one grid, with a code for zero) | psq (a grid per image) | bhq (a grid per row of the block
/// Householder transform).
///   source  quantization.md A.3 (safe form), A.4, A.5
const Registry<GradientQuantiser>& gradient_quantiser_registry();

/// `ptq`, which also rounds weights.
void round_zero_aligned(int bits, const quant::Matrix& matrix, const quant::Rounding& rounding,
                        Span<float> out);

}  // namespace covey::fqt
