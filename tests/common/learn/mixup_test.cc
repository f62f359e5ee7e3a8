#include "common/learn/mixup.h"

#include <gtest/gtest.h>

#include <cmath>

namespace covey::learn {
namespace {

Sequence draws(std::uint64_t item) {
  return Sequence(Stream(5, StreamId{Purpose::kMixup, 1, 0, 2}), item);
}

struct Moments {
  double mean = 0;
  double variance = 0;
};

Moments moments(double alpha, std::uint64_t count) {
  double sum = 0;
  double squares = 0;
  for (std::uint64_t item = 0; item < count; ++item) {
    const double share = mixing_share(alpha, draws(item));
    EXPECT_TRUE(share >= 0 && share <= 1) << share;
    sum += share;
    squares += share * share;
  }
  const auto n = static_cast<double>(count);
  return {sum / n, squares / n - sum / n * sum / n};
}

TEST(MixingShare, HasTheMomentsOfBeta) {
  for (const double alpha : {0.2, 0.75, 1.0, 4.0}) {
    const double variance = 1 / (4 * (2 * alpha + 1));
    const Moments found = moments(alpha, 20000);
    // Five standard errors; the square of a share around 1/2 varies by at most 1/16.
    EXPECT_NEAR(found.mean, 0.5, 5 * std::sqrt(variance / 20000)) << alpha;
    EXPECT_NEAR(found.variance, variance, 5 * std::sqrt(variance / 4 / 20000)) << alpha;
  }
}

TEST(MixingShare, IsACoinForAnAlphaNearZero) {
  for (std::uint64_t item = 0; item < 200; ++item) {
    const double share = mixing_share(1e-5, draws(item));
    EXPECT_TRUE(share < 1e-6 || share > 1 - 1e-6) << share;
  }
  EXPECT_NEAR(moments(1e-5, 2000).mean, 0.5, 5 * 0.5 / std::sqrt(2000));
}

TEST(Mixup, MixesImagesAndBothLabels) {
  Batch fix;
  fix.weak = torch::tensor({4.0f, 0.0f}).view({1, 1, 1, 2});
  fix.labels = torch::tensor({0}, torch::kInt64);
  Batch mix;
  mix.weak = torch::tensor({0.0f, 8.0f}).view({1, 1, 1, 2});
  mix.labels = torch::tensor({1}, torch::kInt64);
  const torch::Tensor x = mixed_images(fix, mix, 0.75);
  EXPECT_TRUE(torch::equal(x.flatten(), torch::tensor({3.0f, 2.0f})));
  // Logits 3 and 2: cross-entropy ln(1 + 1/e) for class 0 and 1 more for class 1.
  const double expected = std::log(1 + std::exp(-1.0)) + 0.25;
  EXPECT_NEAR(mixed_cross_entropy(x.flatten(1), fix, mix, 0.75).item<double>(), expected, 1e-6);
}

}  // namespace
}  // namespace covey::learn
