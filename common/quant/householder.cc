#include "common/quant/householder.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "common/quant/kernels/extent.h"

namespace covey::quant {

namespace {

// A range below this part of the largest counts as this part: constant rows have a range, too.
constexpr double kSmallestRange = 1e-7;

std::vector<double> row_ranges(const Matrix& matrix) {
  std::vector<double> ranges(matrix.rows);
  for (std::size_t i = 0; i < matrix.rows; ++i) {
    const auto [low, high] = kernels::extent_of(matrix.row(i));
    ranges[i] = static_cast<double>(high) - static_cast<double>(low);
  }
  const double smallest = kSmallestRange * *std::max_element(ranges.begin(), ranges.end());
  for (double& range : ranges) range = std::max(range, smallest);
  return ranges;
}

std::vector<std::uint32_t> by_falling_range(const std::vector<double>& ranges) {
  std::vector<std::uint32_t> order(ranges.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return ranges[a] > ranges[b]; });
  return order;
}

// How many small rows there are to hand out: so many that the last large row deserves more than one.
std::size_t count_small_rows(const std::vector<double>& falling) {
  const std::size_t rows = falling.size();
  std::vector<double> sums(rows);
  std::partial_sum(falling.begin(), falling.end(), sums.begin());
  std::size_t small = 1;
  while (small < rows - 1 && static_cast<double>(small) * falling[rows - 1 - small] <= sums[rows - 1 - small])
    ++small;
  return small;
}

// Group sizes, each large row's share of the small ones following its range.
std::vector<HouseholderGroup> share_small_rows(const std::vector<double>& falling, std::size_t small) {
  const std::size_t count = falling.size() - small;
  const double total =
      std::accumulate(falling.begin(), falling.begin() + static_cast<std::ptrdiff_t>(count), 0.0);
  std::vector<HouseholderGroup> groups(count);
  double sum = 0;
  double given = 0;
  for (std::size_t g = 0; g < count; ++g) {
    sum += falling[g];
    const double due = std::floor(0.5 + static_cast<double>(small) * sum / total);
    groups[g].size = static_cast<std::uint32_t>(1 + due - given);
    given = due;
  }
  COVEY_CHECK(given == static_cast<double>(small), given, small);
  return groups;
}

// For x >= 1. Newton's iteration falls to the root from above; std::cbrt differs between C libraries in its
// last bit.
double cube_root(double x) {
  double root = x;
  while (true) {
    const double next = (2 * root + x / (root * root)) / 3;
    if (next >= root) return root;
    root = next;
  }
}

// The ratio of scales that minimises the group's bound, with the largest entry of Q in place of the sum of
// its rows.
double best_ratio(double large, double small, std::size_t size) {
  if (size == 1) return 1;
  const auto k = static_cast<double>(size);
  const double root = std::sqrt(k);
  const double step = 1 / (k - root);
  const double largest_entry = std::max({1 / root, 1 - step, size > 2 ? step : 0.0});
  const double for_large = large / root;
  const double for_small = small * largest_entry;
  return cube_root(std::max(1.0, for_large * (k - 1) / for_small));
}

}  // namespace

bool has_householder_plan(const Matrix& matrix) {
  if (matrix.rows < kFewestHouseholderRows) return false;
  for (std::size_t i = 0; i < matrix.rows; ++i) {
    const auto row = matrix.row(i);
    if (std::any_of(row.begin(), row.end(), [&](float value) { return value != row[0]; })) return true;
  }
  return false;
}

HouseholderPlan plan_householder(const Matrix& matrix) {
  COVEY_CHECK(matrix.rows >= kFewestHouseholderRows, matrix.rows);
  const std::vector<double> ranges = row_ranges(matrix);
  const std::vector<std::uint32_t> sorted = by_falling_range(ranges);
  std::vector<double> falling;
  for (const std::uint32_t row : sorted) falling.push_back(ranges[row]);

  HouseholderPlan plan;
  plan.groups = share_small_rows(falling, count_small_rows(falling));
  std::size_t next_small = plan.groups.size();
  for (std::size_t g = 0; g < plan.groups.size(); ++g) {
    HouseholderGroup& group = plan.groups[g];
    plan.order.push_back(sorted[g]);
    if (group.size > 1)
      group.ratio = static_cast<float>(best_ratio(falling[g], falling[next_small], group.size));
    for (std::uint32_t i = 1; i < group.size; ++i) plan.order.push_back(sorted[next_small++]);
  }
  return plan;
}

Reflection::Reflection(std::size_t size, std::size_t columns)
    : inverse_root_(1 / std::sqrt(static_cast<double>(size))),
      factor_(size == 1 ? 0 : 1 / (1 - inverse_root_)),
      columns_(columns),
      projection_(new double[columns]) {}

void Reflection::add(std::size_t i, Span<const double> row) {
  i == 0 ? kernels::set_multiple(normal(i), row, projection())
         : kernels::add_multiple(normal(i), row, projection());
}

void Reflection::add(std::size_t i, const kernels::ScaledRow& row) {
  i == 0 ? kernels::set_multiple(normal(i), row, projection())
         : kernels::add_multiple(normal(i), row, projection());
}

void Reflection::reflect(std::size_t i, Span<double> row) const {
  kernels::add_multiple(-(normal(i) * factor_), projection(), row);
}

kernels::Extent<double> Reflection::reflect(std::size_t i, const kernels::ScaledRow& row,
                                            Span<double> product) const {
  return kernels::sum_with_multiple(row, -(normal(i) * factor_), projection(), product);
}

double row_factor(const HouseholderGroup& group, std::size_t i) {
  const double root = std::sqrt(static_cast<double>(group.size));
  return i == 0 ? root * static_cast<double>(group.ratio) : root;
}

double amplification(const HouseholderGroup& group) {
  const auto ratio = static_cast<double>(group.ratio);
  return ratio * ratio + static_cast<double>(group.size - 1);
}

}  // namespace covey::quant
