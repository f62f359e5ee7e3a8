#pragma once

#include <cstdint>

#include "common/base/span.h"
#include "common/quant/grid.h"

namespace covey::quant::kernels {

/// Values to codes, as if positions were computed in double; each lies in [0, 255] but for rounding errors.
///   codes  as many as values

/// codes[i] = rint(position(grid, values[i])), ties to even; the position is not rounded before.
void round_to_nearest(const Grid& grid, Span<const float> values, std::uint8_t* codes);
void round_to_nearest(const Grid& grid, Span<const double> values, std::uint8_t* codes);

/// codes[i] = floor(p + words[i] / 2^16) with p the position to the nearest 2^-16, ties to even: one more
/// than the floor with the probability of the fraction of p. So the mean of codes is the position to within
/// 2^-17.
void round_at_random(const Grid& grid, Span<const float> values, const std::uint16_t* words,
                     std::uint8_t* codes);
void round_at_random(const Grid& grid, Span<const double> values, const std::uint16_t* words,
                     std::uint8_t* codes);

/// Both read codes out of the bits of a double, which spares the conversions that instruction sets lack or
/// are slow at. Added to a position, these put its whole part into the lowest bits, rounded to even, or its
/// fraction into the lowest 16 and the whole part above.
inline constexpr double kShiftToWhole = 0x1.8p52;
inline constexpr double kShiftToFraction = 0x1p36;

}  // namespace covey::quant::kernels
