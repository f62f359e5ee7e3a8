#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "common/quant/kernels/rows.h"
#include "common/quant/matrix.h"

namespace covey::quant {

/// The block Householder transform: rows are put into groups of one large row and some small ones, and within
/// a group
///   Y = Q diag(1/ratio, 1, ..., 1) X / sqrt(k),   Q = I - 2 n n^T / |n|^2,   n = 1/sqrt(k) - e_1
/// spreads the large row evenly over the k rows. Q is symmetric and orthogonal, so
///   X = sqrt(k) diag(ratio, 1, ..., 1) Q Y.
/// The factor 1/sqrt(k) keeps |Y| <= max |X|; only the ratio of the rows' scales matters for the error.
///   source  quantization.md A.5; arXiv 2010.14298

struct HouseholderGroup {
  std::uint32_t size = 1;
  float ratio = 1;  ///< scale of the small rows over that of the large one; at least 1, exactly 1 for one row
};

struct HouseholderPlan {
  std::vector<std::uint32_t> order;      ///< rows of the matrix, group after group, the large row first
  std::vector<HouseholderGroup> groups;  ///< sizes add up to the number of rows
};

/// With fewer rows there is nothing to group.
inline constexpr std::size_t kFewestHouseholderRows = 3;

/// Whether the transform is of use: `matrix` has at least 3 rows and one that is not constant.
bool has_householder_plan(const Matrix& matrix);

/// The groups for such a matrix. Ties in range keep the order of rows.
HouseholderPlan plan_householder(const Matrix& matrix);

/// Multiplies a group's k rows by Q without forming it: first add() every row in order, then reflect() each.
class Reflection {
 public:
  Reflection(std::size_t size, std::size_t columns);

  void add(std::size_t i, Span<const double> row);
  void add(std::size_t i, const kernels::ScaledRow& row);
  /// Turns row i of what was added into row i of the product.
  void reflect(std::size_t i, Span<double> row) const;
  /// The same into `product`; gives its extent.
  kernels::Extent<double> reflect(std::size_t i, const kernels::ScaledRow& row, Span<double> product) const;

 private:
  // Entry i of n.
  double normal(std::size_t i) const { return inverse_root_ - (i == 0 ? 1 : 0); }

  // Groups are small and many, so that zeros to start from would be a good part of the work.
  Span<double> projection() const { return {projection_.get(), columns_}; }

  double inverse_root_;  // 1 / sqrt(k)
  double factor_;        // 2 / |n|^2; 0 for one row, where n is 0
  std::size_t columns_;
  std::unique_ptr<double[]> projection_;  // n^T times the rows; made by the first one
};

/// sqrt(k) times the ratio for the large row, i = 0; sqrt(k) for the others. X is divided by it before Q, and
/// Q Y multiplied.
double row_factor(const HouseholderGroup& group, std::size_t i);

/// Calls visit(i, row i of Y, its extent) for every row of a group in order; `rows` are the group's rows of
/// `matrix`.
template <typename Visit>
void transform_group(const Matrix& matrix, const HouseholderGroup& group, const std::uint32_t* rows,
                     Visit visit) {
  const auto scaled = [&](std::size_t i) {
    return kernels::ScaledRow{1 / row_factor(group, i), matrix.row(rows[i])};
  };
  const std::unique_ptr<double[]> buffer(new double[matrix.columns]);
  const Span<double> row(buffer.get(), matrix.columns);
  Reflection reflection(group.size, matrix.columns);
  for (std::size_t i = 0; i < group.size; ++i) reflection.add(i, scaled(i));
  for (std::size_t i = 0; i < group.size; ++i) {
    const kernels::Extent<double> extent = reflection.reflect(i, scaled(i), row);
    visit(i, Span<const double>(row), extent);
  }
}

/// The way back: load(i, row) fills in row i of Y, twice, and row i of X is written to row rows[i] of
/// `values`, as fp32 that saturates.
template <typename Load>
void restore_group(const HouseholderGroup& group, const std::uint32_t* rows, std::size_t columns, Load load,
                   float* values) {
  constexpr double kMax = std::numeric_limits<float>::max();
  const std::unique_ptr<double[]> buffer(new double[columns]);
  const Span<double> row(buffer.get(), columns);
  Reflection reflection(group.size, columns);
  for (std::size_t i = 0; i < group.size; ++i) {
    load(i, row);
    reflection.add(i, row);
  }
  for (std::size_t i = 0; i < group.size; ++i) {
    load(i, row);
    reflection.reflect(i, row);
    const double factor = row_factor(group, i);
    float* out = values + rows[i] * columns;
    for (std::size_t j = 0; j < columns; ++j)
      out[j] = static_cast<float>(std::clamp(row[j] * factor, -kMax, kMax));
  }
}

/// The variance of every value of Y counts this many times in X: |column i of the inverse|^2, the same for
/// all i.
double amplification(const HouseholderGroup& group);

}  // namespace covey::quant
