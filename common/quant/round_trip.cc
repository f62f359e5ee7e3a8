#include "common/quant/round_trip.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "common/quant/householder.h"
#include "common/quant/kernels/extent.h"
#include "common/quant/kernels/levels.h"
#include "common/quant/kernels/rounding.h"

namespace covey::quant {

namespace {

constexpr std::size_t kPiece = 1024;  // what is rounded at a time stays in the first-level cache

// By the bits, so that the loop vectorises: an exponent of all ones is infinite or no number.
bool all_finite(Span<const float> values) {
  constexpr std::uint32_t kExponent = 0x7f800000u;
  std::uint32_t found = 0;
  for (const float value : values) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    found |= (bits & kExponent) == kExponent ? 1u : 0u;
  }
  return found == 0;
}

// Takes values through codes, one piece after the other.
class Rounder {
 public:
  explicit Rounder(const Rounding& rounding) : rounding_(rounding), next_(rounding.first) {}

  template <typename T>
  void through(const Grid& grid, Span<const T> values, T* out) {
    for (std::size_t start = 0; start < values.size(); start += kPiece) {
      const std::size_t size = std::min(kPiece, values.size() - start);
      round(grid, values.subspan(start, size));
      kernels::decode(grid, codes_.data(), Span<T>(out + start, size));
    }
  }

 private:
  template <typename T>
  void round(const Grid& grid, Span<const T> values) {
    if (rounding_.draws.stochastic()) {
      const std::size_t before = next_ % CodecDraws::kWordsOfBlock;
      rounding_.draws.fill(rounding_.item, next_ - before, {words_.data(), before + values.size()});
      kernels::round_at_random(grid, values, words_.data() + before, codes_.data());
    } else {
      kernels::round_to_nearest(grid, values, codes_.data());
    }
    next_ += values.size();
  }

  const Rounding& rounding_;
  std::uint64_t next_;
  std::array<std::uint8_t, kPiece> codes_;
  std::array<std::uint16_t, kPiece + CodecDraws::kWordsOfBlock> words_;
};

}  // namespace

void round_trip_rows(GridKind kind, int bits, const Matrix& matrix, const Rounding& rounding,
                     Span<float> out) {
  COVEY_CHECK(is_code_width(bits) && out.size() == matrix.values.size(), bits, out.size());
  if (!all_finite(matrix.values)) {
    std::copy(matrix.values.begin(), matrix.values.end(), out.begin());
    return;
  }
  Rounder rounder(rounding);
  for (std::size_t i = 0; i < matrix.rows; ++i) {
    const auto [low, high] = kernels::extent_of(matrix.row(i));
    const Grid grid = fit_grid(kind, static_cast<double>(low), static_cast<double>(high), bits);
    rounder.through(grid, matrix.row(i), out.data() + i * matrix.columns);
  }
}

void round_trip_householder(int bits, const Matrix& matrix, const Rounding& rounding, Span<float> out) {
  if (!has_householder_plan(matrix) || !all_finite(matrix.values))
    return round_trip_rows(GridKind::kAffine, bits, matrix, rounding, out);
  COVEY_CHECK(is_code_width(bits) && out.size() == matrix.values.size(), bits, out.size());
  Rounder rounder(rounding);
  const HouseholderPlan plan = plan_householder(matrix);
  const std::uint32_t* rows = plan.order.data();
  std::vector<double> transformed;
  for (const HouseholderGroup& group : plan.groups) {
    transformed.resize(group.size * matrix.columns);
    const auto stored = [&](std::size_t i) { return transformed.data() + i * matrix.columns; };
    transform_group(matrix, group, rows,
                    [&](std::size_t i, Span<const double> row, const kernels::Extent<double>& extent) {
                      rounder.through(fit_grid(GridKind::kAffine, extent.low, extent.high, bits), row,
                                      stored(i));
                    });
    restore_group(
        group, rows, matrix.columns,
        [&](std::size_t i, Span<double> row) { std::copy_n(stored(i), row.size(), row.begin()); },
        out.data());
    rows += group.size;
  }
}

}  // namespace covey::quant
