#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "common/base/layout.h"
#include "common/base/pieces.h"

namespace covey::average {

/// Values as 64-bit integers in units of 2^-32, whose sums do not depend on order.

/// Adding 1.5 * 2^52 to a double below 2^51 leaves the nearest integer, ties to even, in its low bits. This
/// needs no conversion instruction, so that loops over it vectorise on every x86-64.
constexpr double kShift = 0x1.8p52;
constexpr std::int64_t kShiftBits = 0x4338000000000000;  ///< kShift as bits

/// rint(value * 2^32), ties to even; |value| <= 2^30. Shifted once for the whole part and once for the exact
/// rest.
inline std::int64_t to_fixed(float value) {
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

/// Division by one number, to the nearest integer, ties to even.
///
/// A product with floor((2^64 - 1) / divisor) replaces the division, which would cost more than everything
/// else in a loop over a model; it falls short of the quotient by at most 1.
class HalfEvenDivider {
 public:
  /// 1 <= divisor < 2^32.
  explicit HalfEvenDivider(std::uint32_t divisor)
      : divisor_(divisor), reciprocal_(~std::uint64_t{0} / divisor) {}

  /// |numerator| < 2^63.
  std::int64_t operator()(std::int64_t numerator) const {
    const auto magnitude = static_cast<std::uint64_t>(numerator < 0 ? -numerator : numerator);
    std::uint64_t quotient = high_half(magnitude, reciprocal_);
    std::uint64_t remainder = magnitude - quotient * divisor_;
    const bool short_by_one = remainder >= divisor_;
    quotient += short_by_one;
    remainder -= short_by_one ? divisor_ : 0;
    const std::uint64_t twice = 2 * remainder;
    quotient += twice > divisor_ || (twice == divisor_ && (quotient & 1) != 0);
    const auto rounded = static_cast<std::int64_t>(quotient);
    return numerator < 0 ? -rounded : rounded;
  }

  /// quotients[i] = to_float(numerators[i] / divisor), rounded to an integer first.
  void to_floats(Span<const std::int64_t> numerators, Span<float> quotients) const {
    std::uint64_t magnitudes = 0;  // whose highest bit is that of the largest
    for (const std::int64_t n : numerators) magnitudes |= static_cast<std::uint64_t>(n < 0 ? -n : n);
    if (magnitudes < std::uint64_t{1} << 51) return divide_in_double(numerators, quotients);
    for (std::size_t i = 0; i < quotients.size(); ++i) quotients[i] = to_float((*this)(numerators[i]));
  }

 private:
  /// For |numerator| < 2^51, in loops that vectorise: such integers and ties are doubles, and a quotient
  /// beside a tie is further from it, at least 1 / (2 divisor), than the rounding of a division reaches.
  void divide_in_double(Span<const std::int64_t> numerators, Span<float> quotients) const {
    const auto divisor = static_cast<double>(divisor_);
    for (std::size_t i = 0; i < quotients.size(); ++i) {
      const std::int64_t shifted = numerators[i] + kShiftBits;
      double numerator;
      std::memcpy(&numerator, &shifted, sizeof(numerator));
      const double quotient = ((numerator - kShift) / divisor + kShift) - kShift;
      quotients[i] = static_cast<float>(quotient) * 0x1p-32f;
    }
  }

  /// The upper 64 bits of a * b.
  static std::uint64_t high_half(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(static_cast<Wide>(a) * b >> 64);
  }

  std::uint64_t divisor_;
  std::uint64_t reciprocal_;
};

/// numerator / denominator, ties to even; |numerator| < 2^63, 1 <= denominator < 2^32.
inline std::int64_t divide_half_even(std::int64_t numerator, std::uint32_t denominator) {
  return HalfEvenDivider(denominator)(numerator);
}

/// numerator(i) / divisor for i < count, rounded as HalfEvenDivider does, as floats; |numerator(i)| < 2^63.
template <typename Numerator>
Values quotients(std::size_t count, std::uint32_t divisor, const Numerator& numerator) {
  const HalfEvenDivider divide(divisor);
  Values values(count);
  in_pieces(count, [&](std::size_t begin, std::size_t end) {
    std::array<std::int64_t, 1024> block;
    for (std::size_t first = begin; first < end; first += block.size()) {
      const std::size_t size = std::min(block.size(), end - first);
      for (std::size_t i = 0; i < size; ++i) block[i] = numerator(first + i);
      divide.to_floats(Span<const std::int64_t>(block.data(), size), {values.data() + first, size});
    }
  });
  return values;
}

}  // namespace covey::average
