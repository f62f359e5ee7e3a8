#pragma once

#include <cstddef>
#include <vector>

#include "common/curvature/lanczos.h"

namespace covey::curvature {

struct DensityOptions {
  std::size_t points = 10000;
  double variance = 1e-5;  ///< of the Gaussian around a node, times max(1, range of the nodes)
  double margin = 0.01;    ///< beyond the outer nodes
};

/// How the eigenvalues of an operator are spread.
struct Density {
  std::vector<double> values;   ///< equally spaced
  std::vector<double> density;  ///< integrates to 1
};

/// The mean over `runs` (at least one) of their nodes, each smoothed by a Gaussian
/// (second-order-and-models.md B.4). Where the Gaussian is narrower than the grid, `points` grow until it is
/// not, or mass would fall between them.
Density spectral_density(const std::vector<Quadrature>& runs, const DensityOptions& options);

}  // namespace covey::curvature
