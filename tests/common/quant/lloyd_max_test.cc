#include "common/quant/lloyd_max.h"

#include <gtest/gtest.h>

#include <cmath>

namespace covey::quant {
namespace {

double mass(double low, double high) {
  return 0.5 * (std::erfc(low / std::sqrt(2)) - std::erfc(high / std::sqrt(2)));
}

// Max, Quantizing for minimum distortion (1960), table I; its errors of 3 bits and more are a little low.
TEST(LloydMax, HasTheLevelsAndTheErrorOfThePaper) {
  EXPECT_NEAR(lloyd_max(2).centroids[2], 0.4528, 5e-5);
  EXPECT_NEAR(lloyd_max(2).centroids[3], 1.510, 5e-4);
  EXPECT_NEAR(lloyd_max(2).distortion, 0.1175, 1e-4);
  EXPECT_NEAR(lloyd_max(3).distortion, 0.03454, 1e-5);
  EXPECT_NEAR(lloyd_max(4).centroids[8], 0.1284, 5e-5);
  EXPECT_NEAR(lloyd_max(4).centroids[15], 2.733, 5e-4);
  EXPECT_NEAR(lloyd_max(4).distortion, 0.009497, 1e-5);
  EXPECT_NEAR(lloyd_max(5).distortion, 0.002499, 1e-5);
}

// What makes it the best one: every level is the mean of the values that it stands for.
TEST(LloydMax, LevelsAreTheMeansOfTheirCells) {
  for (int bits = 2; bits <= 8; ++bits) {
    const LloydMax& quantiser = lloyd_max(bits);
    const std::size_t levels = std::size_t{1} << bits;
    ASSERT_EQ(quantiser.centroids.size(), levels);
    ASSERT_EQ(quantiser.thresholds.size(), levels - 1);
    for (std::size_t i = levels / 2; i < levels; ++i) {
      EXPECT_EQ(quantiser.centroids[i], -quantiser.centroids[levels - 1 - i]);
      const double low = quantiser.thresholds[i - 1];
      const double high = i + 1 < levels ? quantiser.thresholds[i] : INFINITY;
      const double mean =
          (std::exp(-0.5 * low * low) - std::exp(-0.5 * high * high)) / std::sqrt(2 * M_PI) / mass(low, high);
      EXPECT_NEAR(quantiser.centroids[i], mean, 2e-7 * mean) << bits << " " << i;
    }
  }
}

// The error of many levels is near pi sqrt(3) / 2 / levels^2.
//   source  Panter, Dite: Quantization distortion in pulse-count modulation (1951)
TEST(LloydMax, ErrorFallsWithTheSquareOfTheLevels) {
  for (int bits = 5; bits <= 8; ++bits)
    EXPECT_NEAR(lloyd_max(bits).distortion * std::pow(4, bits) / (M_PI * std::sqrt(3) / 2), 1, 0.07) << bits;
}

TEST(LloydMax, CodeIsThatOfTheNearestLevel) {
  for (const int bits : {2, 5, 8}) {
    const LloydMax& quantiser = lloyd_max(bits);
    for (double value = -6; value <= 6; value += 0.01) {
      std::size_t nearest = 0;
      for (std::size_t i = 0; i < quantiser.centroids.size(); ++i) {
        const auto distance = [&](std::size_t level) {
          return std::fabs(value - static_cast<double>(quantiser.centroids[level]));
        };
        if (distance(i) < distance(nearest)) nearest = i;
      }
      EXPECT_EQ(quantiser.code(value), nearest) << value;
    }
    EXPECT_EQ(quantiser.code(0), 1 << (bits - 1));
  }
}

}  // namespace
}  // namespace covey::quant
