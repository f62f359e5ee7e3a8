#include "common/quant/lloyd_max.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "common/quant/bit_packing.h"

namespace covey::quant {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kRootTwo = 1.4142135623730950488;
constexpr double kInverseRootTwoPi = 0.39894228040143267794;

double density(double x) {
  return kInverseRootTwoPi * std::exp(-0.5 * x * x);
}

// The standard normal between two edges that are not negative.
struct Cell {
  Cell(double from, double to)
      : low(from),
        high(to),
        mass(0.5 * (std::erfc(from / kRootTwo) - std::erfc(to / kRootTwo))),
        centroid((density(from) - density(to)) / mass) {}

  // How the centroid moves with either edge.
  double by_low() const { return density(low) * (centroid - low) / mass; }
  double by_high() const { return std::isinf(high) ? 0 : density(high) * (high - centroid) / mass; }

  double low;
  double high;
  double mass;
  double centroid;
};

using Edges = std::vector<double>;

std::vector<Cell> cells_of(const Edges& edges) {
  std::vector<Cell> cells;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) cells.emplace_back(edges[i], edges[i + 1]);
  return cells;
}

// One step of Newton's method for edges that lie midway between centroids: the system is tridiagonal. Returns
// the length of the longest move.
double newton_step(Edges& edges) {
  const std::vector<Cell> cells = cells_of(edges);
  const std::size_t inner = edges.size() - 2;
  std::vector<double> upper(inner);
  std::vector<double> move(inner);
  for (std::size_t k = 0; k < inner; ++k) {
    const Cell& below = cells[k];
    const Cell& above = cells[k + 1];
    const double lower = k > 0 ? -0.5 * below.by_low() : 0;
    const double pivot = 1 - 0.5 * (below.by_high() + above.by_low()) - (k > 0 ? lower * upper[k - 1] : 0);
    const double residual = 0.5 * (below.centroid + above.centroid) - edges[k + 1];
    upper[k] = -0.5 * above.by_high() / pivot;
    move[k] = (residual - (k > 0 ? lower * move[k - 1] : 0)) / pivot;
  }
  double longest = 0;
  for (std::size_t k = inner; k-- > 0;) {
    if (k + 1 < inner) move[k] -= upper[k] * move[k + 1];
    edges[k + 1] += move[k];
    longest = std::max(longest, std::fabs(move[k]));
  }
  return longest;
}

// Edges of twice as many cells: the old ones, and the centroid of each cell. Lloyd's own steps then bring
// them near enough for Newton's.
Edges split(const Edges& edges) {
  constexpr int kLloydSteps = 20;
  Edges finer;
  for (const Cell& cell : cells_of(edges)) finer.insert(finer.end(), {cell.low, cell.centroid});
  finer.push_back(kInfinity);
  for (int i = 0; i < kLloydSteps; ++i) {
    const std::vector<Cell> cells = cells_of(finer);
    for (std::size_t k = 1; k < cells.size(); ++k)
      finer[k] = 0.5 * (cells[k - 1].centroid + cells[k].centroid);
  }
  return finer;
}

// The edges that are not negative; the others mirror them.
Edges best_edges(int bits) {
  constexpr double kExact = 1e-13;
  constexpr int kStepsMax = 50;
  Edges edges = {0, kInfinity};
  for (int b = 1; b < bits; ++b) {
    edges = split(edges);
    for (int i = 0; i < kStepsMax && newton_step(edges) > kExact; ++i) {
    }
  }
  return edges;
}

LloydMax make_lloyd_max(int bits) {
  const std::vector<Cell> upper_half = cells_of(best_edges(bits));
  LloydMax made;
  double explained = 0;
  for (const Cell& cell : upper_half) {
    made.centroids.push_back(static_cast<float>(cell.centroid));
    explained += 2 * cell.mass * cell.centroid * cell.centroid;
  }
  made.distortion = static_cast<float>(1 - explained);
  const std::vector<float> positive = made.centroids;
  for (const float centroid : positive) made.centroids.insert(made.centroids.begin(), -centroid);
  for (std::size_t i = 0; i + 1 < made.centroids.size(); ++i) {
    made.thresholds.push_back(
        0.5 * (static_cast<double>(made.centroids[i]) + static_cast<double>(made.centroids[i + 1])));
  }
  return made;
}

}  // namespace

std::uint8_t LloydMax::code(double value) const {
  return static_cast<std::uint8_t>(std::upper_bound(thresholds.begin(), thresholds.end(), value) -
                                   thresholds.begin());
}

const LloydMax& lloyd_max(int bits) {
  COVEY_CHECK(is_code_width(bits), bits);
  static const auto all = [] {
    std::array<LloydMax, kMaxBits + 1> made;
    for (int b = kMinBits; b <= kMaxBits; ++b) made[static_cast<std::size_t>(b)] = make_lloyd_max(b);
    return made;
  }();
  return all[static_cast<std::size_t>(bits)];
}

}  // namespace covey::quant
