#include "common/average/fixed_point.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "common/base/random.h"

namespace covey::average {
namespace {

constexpr std::int64_t kOne = std::int64_t{1} << 32;

TEST(ToFixed, IsTheNearestMultipleOfTwoToTheMinus32) {
  EXPECT_EQ(to_fixed(0.0f), 0);
  EXPECT_EQ(to_fixed(-0.0f), 0);
  EXPECT_EQ(to_fixed(1.0f), kOne);
  EXPECT_EQ(to_fixed(-2.5f), -5 * kOne / 2);
  EXPECT_EQ(to_fixed(0x1p-32f), 1);
  EXPECT_EQ(to_fixed(0x1.4p-32f), 1);
  EXPECT_EQ(to_fixed(0x1.cp-32f), 2);
  EXPECT_EQ(to_fixed(std::numeric_limits<float>::denorm_min()), 0);
}

TEST(ToFixed, RoundsTiesToEven) {
  EXPECT_EQ(to_fixed(0x0.8p-32f), 0);
  EXPECT_EQ(to_fixed(0x1.8p-32f), 2);
  EXPECT_EQ(to_fixed(0x2.8p-32f), 2);
  EXPECT_EQ(to_fixed(-0x1.8p-32f), -2);
  EXPECT_EQ(to_fixed(-0x2.8p-32f), -2);
}

TEST(ToFixed, EqualsRintOverTheWholeRange) {
  Sequence sequence(Stream(3, {}), 0);
  for (int exponent = -60; exponent < 30; ++exponent) {
    for (int i = 0; i < 200; ++i) {
      const float value = std::ldexp(sequence.uniform() - 0.5f, exponent + 1);
      EXPECT_EQ(to_fixed(value), static_cast<std::int64_t>(std::rint(std::ldexp(double{value}, 32))))
          << value;
    }
  }
  EXPECT_EQ(to_fixed(0x1.fffffep29f), static_cast<std::int64_t>(std::ldexp(0x1.fffffep29, 32)));
}

TEST(ToFloat, RoundsOnceToTheNearestFloat) {
  EXPECT_EQ(to_float(kOne), 1.0f);
  EXPECT_EQ(to_float(-3), -3 * 0x1p-32f);
  EXPECT_EQ(to_float((std::int64_t{1} << 24) + 1), 0x1p-8f);         // tie: to even
  EXPECT_EQ(to_float((std::int64_t{1} << 24) + 3), 0x1.000004p-8f);  // tie: to even, upwards
  EXPECT_EQ(to_float((std::int64_t{1} << 54) + (1 << 30) + 1), 0x1.000002p22f);
}

TEST(ToFloat, RoundTripsEverythingThatItMakes) {
  Sequence sequence(Stream(3, {}), 1);
  for (int i = 0; i < 10000; ++i) {
    const float value = to_float(static_cast<std::int64_t>(sequence.next_u64()) >> (2 + i % 60));
    EXPECT_EQ(to_float(to_fixed(value)), value);
  }
}

TEST(DivideHalfEven, MatchesHandComputedCases) {
  EXPECT_EQ(divide_half_even(7, 2), 4);
  EXPECT_EQ(divide_half_even(5, 2), 2);
  EXPECT_EQ(divide_half_even(-5, 2), -2);
  EXPECT_EQ(divide_half_even(-7, 2), -4);
  EXPECT_EQ(divide_half_even(1, 2), 0);
  EXPECT_EQ(divide_half_even(-1, 2), 0);
  EXPECT_EQ(divide_half_even(3, 2), 2);
  EXPECT_EQ(divide_half_even(-3, 2), -2);
  EXPECT_EQ(divide_half_even(10, 4), 2);
  EXPECT_EQ(divide_half_even(14, 4), 4);
  EXPECT_EQ(divide_half_even(5, 3), 2);
  EXPECT_EQ(divide_half_even(-5, 3), -2);
  EXPECT_EQ(divide_half_even(-4, 3), -1);
}

TEST(DivideHalfEven, EqualsTheDefinitionForAllSmallNumbers) {
  for (std::int64_t numerator = -200; numerator <= 200; ++numerator) {
    for (std::uint32_t denominator = 1; denominator <= 24; ++denominator) {
      // Doubles hold these quotients' distance from a tie exactly enough: a tie is a multiple of 1/2.
      const double exact = static_cast<double>(numerator) / denominator;
      EXPECT_EQ(divide_half_even(numerator, denominator), static_cast<std::int64_t>(std::rint(exact)))
          << numerator << " / " << denominator;
    }
  }
}

// The quotient and remainder of the language, rounded by hand.
std::int64_t divided_slowly(std::int64_t numerator, std::int64_t divisor) {
  const std::int64_t quotient = numerator / divisor;
  const std::int64_t remainder = std::abs(numerator % divisor);
  const bool away =
      remainder > divisor - remainder || (remainder == divisor - remainder && quotient % 2 != 0);
  if (!away) return quotient;
  return numerator < 0 ? quotient - 1 : quotient + 1;
}

TEST(DivideHalfEven, EqualsDivisionForNumbersOfEverySize) {
  Sequence sequence(Stream(3, {}), 2);
  for (int i = 0; i < 200000; ++i) {
    const auto divisor = std::max(1u, static_cast<std::uint32_t>(sequence.next_u64() >> (32 + i % 32)));
    auto numerator = static_cast<std::int64_t>(sequence.next_u64()) >> (1 + i % 61);
    if (i % 3 == 0) numerator -= numerator % divisor;                // no remainder
    if (i % 3 == 1) numerator += divisor / 2 - numerator % divisor;  // near a tie
    ASSERT_EQ(divide_half_even(numerator, divisor), divided_slowly(numerator, divisor))
        << numerator << " / " << divisor;
  }
}

TEST(DivideHalfEven, HoldsAtTheEndsOfTheRange) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(divide_half_even(kMax, 1), kMax);
  EXPECT_EQ(divide_half_even(kMax, 2), (kMax - 1) / 2 + 1);
  EXPECT_EQ(divide_half_even(-kMax, 2), -((kMax - 1) / 2 + 1));
}

TEST(Quotients, EqualTheDivisionOfEachWhateverItsNeighbours) {
  Sequence sequence(Stream(3, {}), 3);
  for (int round = 0; round < 600; ++round) {
    const auto divisor = std::max(1u, static_cast<std::uint32_t>(sequence.next_u64() >> (32 + round % 32)));
    std::vector<std::int64_t> numerators(1500);  // more than one block
    for (std::size_t i = 0; i < numerators.size(); ++i) {
      // Most rounds stay below 2^51, where the division is one of doubles; near its end, and near ties.
      std::int64_t& n = numerators[i];
      n = static_cast<std::int64_t>(sequence.next_u64()) >> (round % 5 == 0 ? 1 : 13 + (round + i) % 40);
      if (i % 3 == 0) n -= n % divisor;
      if (i % 3 == 1) n += divisor / 2 - n % divisor;
      if (round % 5 != 0) n = std::clamp(n, 1 - (std::int64_t{1} << 51), (std::int64_t{1} << 51) - 1);
    }
    const HalfEvenDivider divide(divisor);
    const Values values = quotients(numerators.size(), divisor, [&](std::size_t i) { return numerators[i]; });
    for (std::size_t i = 0; i < values.size(); ++i)
      ASSERT_EQ(values[i], to_float(divide(numerators[i]))) << numerators[i] << " / " << divisor;
  }
}

TEST(Quotients, OfAModelThatIsDividedInPieces) {
  const std::size_t count = 3'000'001;
  const auto numerator = [](std::size_t i) { return static_cast<std::int64_t>(i) << 20; };
  const Values values = quotients(count, 7, numerator);
  ASSERT_EQ(values.size(), count);
  for (std::size_t i = 0; i < count; ++i)
    ASSERT_EQ(values[i], to_float(divide_half_even(numerator(i), 7))) << i;
}

}  // namespace
}  // namespace covey::average
