#pragma once

#include <cstdint>
#include <cstring>

namespace covey::average {

/// Values as 64-bit integers in units of 2^-32, whose sums do not depend on order.

/// rint(value * 2^32), ties to even; |value| <= 2^30.
///
/// Adding 1.5 * 2^52 to a double below 2^51 leaves the nearest integer, ties to even, in its low bits. Done
/// once for the whole part and once for the exact rest, this needs no conversion instruction, so that loops
/// over it vectorise on every x86-64.
inline std::int64_t to_fixed(float value) {
  constexpr double kShift = 0x1.8p52;
  constexpr std::int64_t kShiftBits = 0x4338000000000000;
  const auto bits = [](double number) {
    std::int64_t word;
    std::memcpy(&word, &number, sizeof(word));
    return word;
  };
  const double exact = static_cast<double>(value);
  const double shifted = exact + kShift;
  const double rest = exact - (shifted - kShift);  // -1/2 to 1/2
  const std::int64_t whole = bits(shifted) - kShiftBits;
  return whole * (std::int64_t{1} << 32) + (bits(rest * 0x1p32 + kShift) - kShiftBits);
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
