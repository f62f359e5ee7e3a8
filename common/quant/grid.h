#pragma once

#include <cmath>

#include "common/quant/bit_packing.h"

namespace covey::quant {

/// How the range of some values becomes a grid.
enum class GridKind {
  kAffine,       ///< from the smallest to the largest value (A.3)
  kZeroAligned,  ///< the same, with a code for zero (A.3, safe form)
  kSymmetric,    ///< as far below zero as above it; the lowest code stays unused (B.4)
};

/// Evenly spaced values: value = (code - zero) / scale + offset. At most one of zero and offset is not 0.
///   source  quantization.md A.3, B.4
struct Grid {
  float scale = 1;   ///< codes per unit of value; positive, finite
  int zero = 0;      ///< the code of value 0
  float offset = 0;  ///< the value of code 0
};

/// The finest grid of `kind` whose codes cover [low, high]. Its numbers are those that are sent: offset and
/// scale are rounded down, so that no position exceeds the last code by more than 2^-52 of it, however it is
/// rounded.
///   low <= high; both within the range of finite fp32, or beyond it by a rounding error of double; for
///   kSymmetric, whose offset is 0, up to 1e45
Grid fit_grid(GridKind kind, double low, double high, int bits);

/// Whether the fitted grid decodes values in [low, high] exactly with one code.
bool is_flat(GridKind kind, double low, double high);

/// Where `value` lies among the codes: a real number that is then rounded.
inline double position(const Grid& grid, double value) {
  return static_cast<double>(grid.scale) * (value - static_cast<double>(grid.offset)) + grid.zero;
}

inline double value_of(const Grid& grid, int code) {
  return (code - grid.zero) / static_cast<double>(grid.scale) + static_cast<double>(grid.offset);
}

/// The value of a code as fp32. Saturates: with huge values the last level can lie a rounding error beyond
/// the largest float.
float level(const Grid& grid, int code);

/// Variance of stochastic rounding where the position has fraction p: p (1 - p) / scale^2.
///   source  quantization.md A.2
inline double rounding_variance(const Grid& grid, double value) {
  const double place = position(grid, value);
  const double fraction = place - std::floor(place);
  return fraction * (1 - fraction) / (static_cast<double>(grid.scale) * static_cast<double>(grid.scale));
}

/// Its largest value, at p = 1/2.
inline double largest_variance(const Grid& grid) {
  return 0.25 / (static_cast<double>(grid.scale) * static_cast<double>(grid.scale));
}

}  // namespace covey::quant
