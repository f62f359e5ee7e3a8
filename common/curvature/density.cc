#include "common/curvature/density.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "common/base/check.h"

namespace covey::curvature {

Density spectral_density(const std::vector<Quadrature>& runs, const DensityOptions& options) {
  COVEY_CHECK(!runs.empty(), "a density needs a run");
  double low = 0;
  double high = 0;
  for (const Quadrature& run : runs) {
    low += run.nodes.front() / static_cast<double>(runs.size());
    high += run.nodes.back() / static_cast<double>(runs.size());
  }
  low -= options.margin;
  high += options.margin;
  const double variance = options.variance * std::max(1.0, high - low);
  const auto needed = static_cast<std::size_t>(std::ceil((high - low) / std::sqrt(variance))) + 1;
  const std::size_t points = std::max(options.points, needed);
  const double step = (high - low) / static_cast<double>(points - 1);

  Density density;
  for (std::size_t i = 0; i < points; ++i) {
    const double value = low + step * static_cast<double>(i);
    double sum = 0;
    for (const Quadrature& run : runs) {
      for (std::size_t j = 0; j < run.nodes.size(); ++j)
        sum += run.weights[j] * std::exp(-std::pow(value - run.nodes[j], 2) / (2 * variance));
    }
    density.values.push_back(value);
    density.density.push_back(sum);
  }
  const double mass = step * std::accumulate(density.density.begin(), density.density.end(), 0.0);
  for (double& value : density.density) value /= mass;
  return density;
}

}  // namespace covey::curvature
