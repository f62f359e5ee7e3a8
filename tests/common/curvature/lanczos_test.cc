#include "common/curvature/lanczos.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "common/curvature/probes.h"
#include "tests/common/curvature/problems.h"

namespace covey::curvature {
namespace {

using covey::testing::tensor_of;
using covey::testing::unflatten;
using testing::explicit_matrix;
using testing::matrix_operator;
using testing::Recording;

class LanczosGolden : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Lanczos, LanczosGolden, ::testing::Values("single", "full"),
                         [](const auto& instance) { return instance.param; });

// The reference notes beta before it reorthogonalises, which makes a difference of about 1e-6.
TEST_P(LanczosGolden, HasTheCoefficientsOfTheReference) {
  const Recording recording(GetParam());
  const Hessian hessian = recording.hessian();
  for (const auto& run : recording.part.at("slq").at("runs")) {
    const auto found =
        *lanczos(hessian.as_operator(), unflatten(tensor_of(run.at("z")), recording.parameters), 20);
    const auto near = [&](const std::vector<double>& values, const char* name) {
      const auto expected = run.at(name).get<std::vector<double>>();
      ASSERT_EQ(values.size(), expected.size()) << name;
      for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], expected[i], 1e-5) << name << i;
    };
    near(found.alpha, "alpha");
    near(found.beta, "beta");
    near(found.nodes, "ritz_ascending");
    near(found.weights, "weights");
  }
}

double moment(const Quadrature& quadrature, int power) {
  double sum = 0;
  for (std::size_t i = 0; i < quadrature.nodes.size(); ++i)
    sum += quadrature.weights[i] * std::pow(quadrature.nodes[i], power);
  return sum;
}

TEST_P(LanczosGolden, ReproducesMomentsUpToTwiceItsStepsLessOne) {
  const Recording recording(GetParam());
  const Hessian hessian = recording.hessian();
  const torch::Tensor matrix = explicit_matrix(hessian);
  constexpr int kSteps = 6;
  const ParameterVector z = rademacher(recording.parameters, Stream(9, {}), 0);
  const Quadrature found = *lanczos(hessian.as_operator(), z, kSteps);
  const torch::Tensor q = covey::testing::flatten(z) / std::sqrt(212.0);
  torch::Tensor power = q;
  for (int p = 0; p < 2 * kSteps; ++p) {
    EXPECT_NEAR(moment(found, p), q.dot(power).item<double>(), 1e-12) << p;
    power = matrix.matmul(power);
  }
}

TEST(Lanczos, EndsExactlyWhereTheSpaceIsExhausted) {
  const torch::Tensor matrix = torch::diag(torch::tensor({3.0, 3.0, 1.0, 0.0}, torch::kFloat64));
  const Quadrature found = *lanczos(matrix_operator(matrix), {torch::ones({4}, torch::kFloat64)}, 100);
  ASSERT_EQ(found.nodes.size(), 3u);
  EXPECT_NEAR(found.nodes[0], 0, 1e-12);
  EXPECT_NEAR(found.nodes[1], 1, 1e-12);
  EXPECT_NEAR(found.nodes[2], 3, 1e-12);
  EXPECT_NEAR(found.weights[0], 0.25, 1e-12);
  EXPECT_NEAR(found.weights[1], 0.25, 1e-12);
  EXPECT_NEAR(found.weights[2], 0.5, 1e-12);
}

TEST(Lanczos, OfAZeroOperatorHasOneNode) {
  const torch::Tensor matrix = torch::zeros({3, 3}, torch::kFloat64);
  const Quadrature found = *lanczos(matrix_operator(matrix), {torch::ones({3}, torch::kFloat64)}, 10);
  EXPECT_EQ(found.nodes, std::vector<double>{0});
  EXPECT_EQ(found.weights, std::vector<double>{1});
}

TEST(Lanczos, FindsTheOuterEigenvaluesOfAMatrixOfItsSize) {
  torch::manual_seed(1);
  const torch::Tensor root = torch::randn({40, 40}, torch::kFloat64);
  const torch::Tensor matrix = root + root.t();
  const auto [values, vectors] = at::linalg_eigh(matrix);
  const Quadrature found = *lanczos(matrix_operator(matrix), {torch::ones({40}, torch::kFloat64)}, 40);
  ASSERT_EQ(found.nodes.size(), 40u);
  for (std::int64_t i = 0; i < 40; ++i)
    EXPECT_NEAR(found.nodes[static_cast<std::size_t>(i)], values[i].item<double>(), 1e-9);
}

}  // namespace
}  // namespace covey::curvature
