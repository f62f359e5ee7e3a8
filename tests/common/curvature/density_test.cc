#include "common/curvature/density.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/common/curvature/problems.h"

namespace covey::curvature {
namespace {

std::vector<Quadrature> recorded_runs(const nlohmann::json& slq) {
  std::vector<Quadrature> runs;
  for (const auto& run : slq.at("runs")) {
    Quadrature quadrature;
    quadrature.nodes = run.at("ritz_ascending").get<std::vector<double>>();
    quadrature.weights = run.at("weights").get<std::vector<double>>();
    runs.push_back(quadrature);
  }
  return runs;
}

TEST(Density, IsThatOfTheReference) {
  for (const std::string which : {"single", "full"}) {
    const testing::Recording recording(which);
    const auto& slq = recording.part.at("slq");
    for (const std::string kind : {"density", "density_wide"}) {
      DensityOptions options;
      options.points = slq.at("density").at("num_bins").get<std::size_t>();
      options.variance = slq.at(kind).at("sigma_squared").get<double>();
      const Density found = spectral_density(recorded_runs(slq), options);
      const auto expected = slq.at(kind).at("density").at("data").get<std::vector<double>>();
      ASSERT_EQ(found.density.size(), expected.size());
      EXPECT_NEAR(found.values.front(), slq.at("density").at("grid_min").get<double>(), 1e-9);
      EXPECT_NEAR(found.values.back(), slq.at("density").at("grid_max").get<double>(), 1e-9);
      const double highest = *std::max_element(expected.begin(), expected.end());
      for (std::size_t i = 0; i < expected.size(); ++i)
        ASSERT_NEAR(found.density[i], expected[i], 1e-6 * highest) << which << kind << i;
    }
  }
}

TEST(Density, IntegratesToOneHoweverWideTheSpectrum) {
  Quadrature run;
  run.nodes = {-3, 0.001, 5e4};
  run.weights = {0.2, 0.5, 0.3};
  const Density found = spectral_density({run}, {});
  EXPECT_GT(found.values.size(), 10000u);  // the Gaussians would fall between 10000 points
  const double step = found.values[1] - found.values[0];
  double mass = 0;
  double near_zero = 0;
  for (std::size_t i = 0; i < found.values.size(); ++i) {
    mass += step * found.density[i];
    if (std::abs(found.values[i]) < 3) near_zero += step * found.density[i];
  }
  EXPECT_NEAR(mass, 1, 1e-12);
  EXPECT_GT(near_zero, 0.1);
}

}  // namespace
}  // namespace covey::curvature
