#include "common/curvature/probes.h"

#include <gtest/gtest.h>

#include "tests/support/second_order.h"

namespace covey::curvature {
namespace {

const ParameterVector kLike{torch::zeros({100, 30}), torch::zeros({77}, torch::kFloat64)};

TEST(Probes, AreSignsOfTheirParametersTypes) {
  const ParameterVector z = rademacher(kLike, Stream(1, {}), 0);
  ASSERT_EQ(z.size(), 2u);
  EXPECT_EQ(z[0].sizes(), kLike[0].sizes());
  EXPECT_EQ(z[1].scalar_type(), torch::kFloat64);
  for (const auto& tensor : z) EXPECT_TRUE(tensor.abs().eq(1).all().item<bool>());
  EXPECT_NEAR(z[0].mean().item<double>(), 0, 5 / std::sqrt(3000.0));
}

TEST(Probes, FollowFromStreamAndNumber) {
  const ParameterVector z = rademacher(kLike, Stream(1, {}), 3);
  EXPECT_TRUE(z[0].equal(rademacher(kLike, Stream(1, {}), 3)[0]));
  EXPECT_FALSE(z[0].equal(rademacher(kLike, Stream(1, {}), 4)[0]));
  EXPECT_FALSE(z[0].equal(rademacher(kLike, Stream(2, {}), 3)[0]));
}

TEST(Probes, OfDifferentNumbersTensorsAndPlacesAreIndependent) {
  const auto correlation = [](const torch::Tensor& a, const torch::Tensor& b) {
    return std::abs((a * b).mean().item<double>());
  };
  const double limit = 5 / std::sqrt(2900.0);
  const torch::Tensor a = rademacher(kLike, Stream(1, {}), 0)[0].flatten();
  EXPECT_LT(correlation(a, rademacher(kLike, Stream(1, {}), 1)[0].flatten()), limit);
  EXPECT_LT(correlation(a, rademacher({kLike[1], kLike[0]}, Stream(1, {}), 0)[1].flatten()), limit);
  for (const std::int64_t lag : {1, 32, 64, 96})
    EXPECT_LT(correlation(a.slice(0, lag), a.slice(0, 0, -lag)), limit) << lag;
}

TEST(Probes, GaussiansHaveMeanZeroAndVarianceOne) {
  const torch::Tensor v = gaussian(kLike, Stream(1, {}), 0)[0];
  EXPECT_NEAR(v.mean().item<double>(), 0, 5 / std::sqrt(3000.0));
  EXPECT_NEAR(v.var().item<double>(), 1, 5 * std::sqrt(2 / 3000.0));
}

}  // namespace
}  // namespace covey::curvature
