#include "common/quant/round_trip.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "common/quant/extent.h"
#include "common/quant/householder.h"

namespace covey::quant {

namespace {

constexpr std::size_t kPiece = 1024;  // what is rounded at a time stays in the first-level cache
constexpr std::size_t kMostLevels = std::size_t{1} << kMaxBits;

using Codes = std::array<std::uint8_t, kPiece>;

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

// Rounds positions to codes, one piece after the other.
class Rounder {
 public:
  explicit Rounder(const Rounding& rounding) : rounding_(rounding), next_(rounding.first) {}

  void round(Span<const double> positions, std::uint8_t* codes) {
    if (rounding_.draws.stochastic()) {
      round_at_random(positions, codes);
    } else {
      round_to_nearest(positions, codes);
    }
    next_ += positions.size();
  }

 private:
  // Adding 1.5 * 2^52 leaves a double no bits after the point, ties to even; std::rint is a call.
  static void round_to_nearest(Span<const double> positions, std::uint8_t* codes) {
    constexpr double kShift = 0x1.8p52;
    for (std::size_t i = 0; i < positions.size(); ++i)
      codes[i] = static_cast<std::uint8_t>(static_cast<int>((positions[i] + kShift) - kShift));
  }

  void round_at_random(Span<const double> positions, std::uint8_t* codes) const {
    std::array<std::uint32_t, kPiece + 4> buffer;
    const std::size_t before = next_ % 4;  // a random block has four words
    rounding_.draws.fill(rounding_.item, next_ - before, {buffer.data(), before + positions.size()});
    const std::uint32_t* words = buffer.data() + before;
    for (std::size_t i = 0; i < positions.size(); ++i)
      codes[i] = static_cast<std::uint8_t>(static_cast<int>(positions[i] + words[i] * 0x1p-32));
  }

  const Rounding& rounding_;
  std::uint64_t next_;
};

float decoded(const Grid& grid, int code, float) {
  return level(grid, code);
}
double decoded(const Grid& grid, int code, double) {
  return value_of(grid, code);
}

// The values of all codes, where looking them up is less work than working them out for every element.
template <typename T>
class Levels {
 public:
  Levels(const Grid& grid, int bits, std::size_t count)
      : grid_(grid), tabled_(count > static_cast<std::size_t>(last_code(bits))) {
    if (!tabled_) return;
    for (int code = 0; code <= last_code(bits); ++code)
      table_[static_cast<std::size_t>(code)] = decoded(grid, code, T{});
  }

  void decode(Span<const std::uint8_t> codes, T* out) const {
    if (tabled_) {
      for (std::size_t i = 0; i < codes.size(); ++i) out[i] = table_[codes[i]];
    } else {
      for (std::size_t i = 0; i < codes.size(); ++i) out[i] = decoded(grid_, codes[i], T{});
    }
  }

 private:
  const Grid& grid_;
  bool tabled_;
  std::array<T, kMostLevels> table_;
};

// Values through the codes of the finest grid for them.
template <typename T>
void through_grid(GridKind kind, int bits, Span<const T> values, Rounder& rounder, T* out) {
  const auto [low, high] = extent_of(values);
  const Grid grid = fit_grid(kind, static_cast<double>(low), static_cast<double>(high), bits);
  const Levels<T> levels(grid, bits, values.size());
  std::array<double, kPiece> positions;
  Codes codes;
  for (std::size_t start = 0; start < values.size(); start += kPiece) {
    const std::size_t size = std::min(kPiece, values.size() - start);
    for (std::size_t i = 0; i < size; ++i)
      positions[i] = position(grid, static_cast<double>(values[start + i]));
    rounder.round({positions.data(), size}, codes.data());
    levels.decode({codes.data(), size}, out + start);
  }
}

}  // namespace

void round_trip_rows(GridKind kind, int bits, const Matrix& matrix, const Rounding& rounding,
                     Span<float> out) {
  COVEY_CHECK(is_code_width(bits) && out.size() == matrix.values.size(), bits, out.size());
  if (!all_finite(matrix.values)) {
    std::copy(matrix.values.begin(), matrix.values.end(), out.begin());
    return;
  }
  Rounder rounder(rounding);
  for (std::size_t i = 0; i < matrix.rows; ++i)
    through_grid(kind, bits, matrix.row(i), rounder, out.data() + i * matrix.columns);
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
    transform_group(matrix, group, rows, [&](std::size_t i, Span<const double> row) {
      through_grid(GridKind::kAffine, bits, row, rounder, stored(i));
    });
    restore_group(
        group, rows, matrix.columns,
        [&](std::size_t i, Span<double> row) { std::copy_n(stored(i), row.size(), row.begin()); },
        out.data());
    rows += group.size;
  }
}

}  // namespace covey::quant
