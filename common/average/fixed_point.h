#pragma once

#include <cmath>
#include <cstdint>

namespace covey::average {

/// Values as 64-bit integers in units of 2^-32, whose sums do not depend on order.

/// rint(value * 2^32), ties to even; |value| < 2^30.
inline std::int64_t to_fixed(float value) {
  // Below 2^51, adding and taking away 1.5 * 2^52 leaves the nearest integer. From there on a float times
  // 2^32 is an integer already. Both casts are exact. (std::llrint is a library call on baseline x86-64.)
  constexpr double kShift = 0x1.8p52;
  const double scaled = static_cast<double>(value) * 0x1p32;
  const double rounded = (scaled + kShift) - kShift;
  return static_cast<std::int64_t>(std::fabs(scaled) < 0x1p51 ? rounded : scaled);
}

/// The float next to fixed * 2^-32, ties to even.
inline float to_float(std::int64_t fixed) {
  return static_cast<float>(fixed) * 0x1p-32f;
}

/// numerator / denominator, ties to even; 1 <= denominator < 2^32.
inline std::int64_t divide_half_even(std::int64_t numerator, std::uint32_t denominator) {
  const auto divisor = static_cast<std::int64_t>(denominator);
  const std::int64_t quotient = numerator / divisor;
  const std::int64_t remainder = numerator % divisor;
  const std::int64_t twice = 2 * (remainder < 0 ? -remainder : remainder);
  const bool away = twice > divisor || (twice == divisor && quotient % 2 != 0);
  if (!away) return quotient;
  return numerator < 0 ? quotient - 1 : quotient + 1;
}

}  // namespace covey::average
