#include "common/quant/grid.h"

#include <algorithm>
#include <limits>

namespace covey::quant {

namespace {

constexpr float kFloatMax = std::numeric_limits<float>::max();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

float round_down(double value) {
  const auto nearest = static_cast<float>(std::clamp<double>(value, -kFloatMax, kFloatMax));
  if (static_cast<double>(nearest) <= value || nearest == -kFloatMax) return nearest;
  return std::nextafter(nearest, -kFloatMax);
}

Grid fit_affine(double low, double high, int bits) {
  Grid grid;
  grid.offset = round_down(low);
  const double range = high - static_cast<double>(grid.offset);
  // A range so small that the scale would overflow uses part of the codes.
  if (range > 0) grid.scale = round_down(last_code(bits) / range);
  return grid;
}

// Both ends of the range have to fit on their side of the code of zero; that code is the one at which the
// scale can be the largest, and neither end while values lie on both sides.
Grid fit_zero_aligned(double low, double high, int bits) {
  const double below = std::max(-low, 0.0);
  const double above = std::max(high, 0.0);
  if (below + above == 0) return {};
  const int last = last_code(bits);
  Grid grid;
  grid.zero = static_cast<int>(std::rint(below * (last / (below + above))));
  if (below > 0 && above > 0) grid.zero = std::clamp(grid.zero, 1, last - 1);
  const double scale_below = below > 0 ? grid.zero / below : kInfinity;
  const double scale_above = above > 0 ? (last - grid.zero) / above : kInfinity;
  grid.scale = round_down(std::min(scale_below, scale_above));
  return grid;
}

Grid fit_symmetric(double low, double high, int bits) {
  Grid grid;
  grid.zero = 1 << (bits - 1);
  const double magnitude = std::max(-low, high);
  if (magnitude > 0) grid.scale = round_down((grid.zero - 1) / magnitude);
  return grid;
}

}  // namespace

Grid fit_grid(GridKind kind, double low, double high, int bits) {
  switch (kind) {
    case GridKind::kAffine:
      return fit_affine(low, high, bits);
    case GridKind::kZeroAligned:
      return fit_zero_aligned(low, high, bits);
    case GridKind::kSymmetric:
      return fit_symmetric(low, high, bits);
  }
  return {};
}

bool is_flat(GridKind kind, double low, double high) {
  return kind == GridKind::kAffine ? low == high : low == 0 && high == 0;
}

float level(const Grid& grid, int code) {
  return static_cast<float>(std::clamp<double>(value_of(grid, code), -kFloatMax, kFloatMax));
}

}  // namespace covey::quant
