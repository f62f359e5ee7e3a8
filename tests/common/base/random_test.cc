// Philox is held to the published known-answer vectors of its authors; the derived draws to their
// distributions, with bounds that a correct generator misses less than once in a million seeds (the seed is
// fixed, so the test is deterministic).
#include "common/base/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace covey {
namespace {

using Words = std::array<std::uint32_t, 4>;

TEST(Philox, MatchesKnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Stream, EveryFieldOfTheIdMatters) {
  const StreamId base{Purpose::kAugment, 3, 1, 7};
  const Words words = Stream(5, base).block(2, 9);
  EXPECT_EQ(Stream(5, base).block(2, 9), words);
  EXPECT_NE(Stream(6, base).block(2, 9), words);
  EXPECT_NE(Stream(5, base).block(3, 9), words);
  EXPECT_NE(Stream(5, base).block(2, 10), words);
  for (StreamId other : {StreamId{Purpose::kDropout, 3, 1, 7}, StreamId{Purpose::kAugment, 4, 1, 7},
                         StreamId{Purpose::kAugment, 3, 2, 7}, StreamId{Purpose::kAugment, 3, 1, 8}}) {
    EXPECT_NE(Stream(5, other).block(2, 9), words);
  }
}

TEST(Fnv, MatchesPublishedValues) {
  EXPECT_EQ(fnv1a64(""), 0xcbf29ce484222325u);
  EXPECT_EQ(fnv1a64("a"), 0xaf63dc4c8601ec8cu);
}

Sequence sequence(std::uint64_t item) {
  return {Stream(1, StreamId{}), item};
}

TEST(Sequence, BelowIsUniform) {
  Sequence draws = sequence(0);
  std::vector<int> counts(7, 0);
  const int n = 70000;
  for (int i = 0; i < n; ++i) ++counts[draws.below(7)];
  double chi2 = 0;
  for (const int count : counts) chi2 += std::pow(count - n / 7.0, 2) / (n / 7.0);
  EXPECT_LT(chi2, 38.3);  // 6 degrees of freedom, p = 1e-6
}

TEST(Sequence, UniformStaysBelowOne) {
  Sequence draws = sequence(1);
  double sum = 0;
  for (int i = 0; i < 100000; ++i) {
    const float value = draws.uniform();
    ASSERT_GE(value, 0.0f);
    ASSERT_LT(value, 1.0f);
    sum += value;
  }
  EXPECT_NEAR(sum / 100000, 0.5, 5 * std::sqrt(1.0 / 12 / 100000));
}

TEST(Sequence, NormalAndGammaHaveTheirMoments) {
  Sequence draws = sequence(2);
  const int n = 200000;
  double sum = 0, square = 0;
  for (int i = 0; i < n; ++i) {
    const double x = draws.normal();
    sum += x;
    square += x * x;
  }
  EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(square / n, 1, 5 * std::sqrt(2.0 / n));
  for (const double shape : {0.1, 0.75, 3.0}) {
    double total = 0;
    for (int i = 0; i < n; ++i) total += draws.gamma(shape);
    EXPECT_NEAR(total / n, shape, 5 * std::sqrt(shape / n)) << shape;
  }
}

TEST(Sequence, ShuffleGivesEveryOrder) {
  Sequence draws = sequence(3);
  std::vector<int> counts(6, 0);
  for (int i = 0; i < 60000; ++i) {
    std::vector<int> v{0, 1, 2};
    draws.shuffle(Span<int>(v));
    ++counts[static_cast<std::size_t>(v[0] * 2 + (v[1] > v[2] ? 1 : 0))];
  }
  double chi2 = 0;
  for (const int count : counts) chi2 += std::pow(count - 10000, 2) / 10000.0;
  EXPECT_LT(chi2, 35.9);  // 5 degrees of freedom, p = 1e-6
}

}  // namespace
}  // namespace covey
