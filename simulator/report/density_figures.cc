#include <cmath>

#include "simulator/report/figure_makers.h"

namespace covey::simulator {

namespace {

constexpr double kFloor = 1e-7;  // of what is drawn: so that an empty stretch has a logarithm

Series line_of(const SpectralDensity& density) {
  Series series{density.name, {}};
  for (std::size_t i = 0; i < density.values.size(); ++i)
    series.points.push_back({density.values[i], std::log10(density.density[i] + kFloor), std::nullopt});
  return series;
}

}  // namespace

void add_density_figures(const Results& results, std::vector<Figure>& figures) {
  if (results.densities.empty()) return;
  Figure figure;
  figure.id = "spectral-density";
  figure.section = kCurvatureSection;
  figure.title = "Eigenvalues of the Hessian";
  figure.caption =
      "How the eigenvalues of the loss's Hessian are spread, by stochastic Lanczos quadrature; a density of "
      "area 1, smoothed.";
  figure.x.label = "eigenvalue";
  figure.y.label = "log10 density";
  for (const SpectralDensity& density : results.densities) figure.series.push_back(line_of(density));
  figures.push_back(std::move(figure));
}

}  // namespace covey::simulator
