#pragma once

#include <cstdint>

#include "common/base/span.h"
#include "common/quant/grid.h"

namespace covey::quant::kernels {

/// values[i] = value_of(grid, codes[i]).
///   codes  as many as values
void decode(const Grid& grid, const std::uint8_t* codes, Span<double> values);
/// values[i] = level(grid, codes[i]).
void decode(const Grid& grid, const std::uint8_t* codes, Span<float> values);

}  // namespace covey::quant::kernels
