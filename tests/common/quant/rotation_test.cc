#include "common/quant/rotation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/models.h"

namespace covey::quant {
namespace {

using testing::uniform_values;

std::vector<double> some_values(std::size_t count) {
  const Values values = uniform_values(count, -1, 1, count);
  return {values.begin(), values.end()};
}

double square(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return sum;
}

TEST(Rotation, KeepsTheLengthAndInverts) {
  const Rotation rotation(7);
  for (const std::size_t size : {1u, 2u, 64u, 256u, 4096u}) {
    const std::vector<double> values = some_values(size);
    std::vector<double> rotated = values;
    rotation.apply(3, Span<double>(rotated));
    EXPECT_NEAR(square(rotated) / square(values), 1, 1e-12);
    rotation.invert(3, Span<double>(rotated));
    for (std::size_t i = 0; i < size; ++i) EXPECT_NEAR(rotated[i], values[i], 1e-12);
  }
}

TEST(Rotation, DependsOnKeyAndBlock) {
  const auto rotated = [](std::uint64_t key, std::uint64_t block) {
    std::vector<double> values = some_values(64);
    Rotation(key).apply(block, Span<double>(values));
    return values;
  };
  EXPECT_EQ(rotated(1, 2), rotated(1, 2));
  EXPECT_NE(rotated(1, 2), rotated(1, 3));
  EXPECT_NE(rotated(1, 2), rotated(2, 2));
  EXPECT_NE(rotated(1, 2), rotated(std::uint64_t{1} << 63 | 1, 2));
}

// The fourth moment of a normal distribution is 3; that of one round of signs and H would be 1.
TEST(Rotation, MakesOneLargeValueLookNormal) {
  constexpr std::size_t kSize = 4096;
  std::vector<double> values(kSize, 0.0);
  values[5] = std::sqrt(double{kSize});
  Rotation(1).apply(0, Span<double>(values));
  double fourth = 0;
  for (const double value : values) fourth += std::pow(value, 4) / kSize;
  EXPECT_NEAR(fourth, 3, 0.5);
}

}  // namespace
}  // namespace covey::quant
