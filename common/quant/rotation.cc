#include "common/quant/rotation.h"

#include <algorithm>

namespace covey::quant {

namespace {

constexpr std::size_t kSignsPerDraw = 128;

// Multiplies by H.
void hadamard(Span<double> values) {
  for (std::size_t half = 1; half < values.size(); half *= 2) {
    for (std::size_t first = 0; first < values.size(); first += 2 * half) {
      double* low = values.data() + first;
      double* high = low + half;
      for (std::size_t i = 0; i < half; ++i) {
        const double sum = low[i] + high[i];
        const double difference = low[i] - high[i];
        low[i] = sum;
        high[i] = difference;
      }
    }
  }
}

void divide_by_size(Span<double> values) {
  const double scale = 1 / static_cast<double>(values.size());  // exact: a power of two
  for (double& value : values) value *= scale;
}

}  // namespace

Rotation::Rotation(std::uint64_t key) : signs_(key, {Purpose::kRotation}) {}

void Rotation::change_signs(std::uint64_t item, Span<double> values) const {
  for (std::size_t first = 0; first < values.size(); first += kSignsPerDraw) {
    const auto words = signs_.block(item, first / kSignsPerDraw);
    for (std::size_t i = first; i < std::min(first + kSignsPerDraw, values.size()); ++i) {
      const std::uint32_t sign = words[(i - first) / 32] >> i % 32 & 1;
      values[i] *= 1 - 2 * static_cast<double>(sign);
    }
  }
}

void Rotation::apply(std::uint64_t block, Span<double> values) const {
  change_signs(2 * block, values);
  hadamard(values);
  change_signs(2 * block + 1, values);
  hadamard(values);
  divide_by_size(values);
}

void Rotation::invert(std::uint64_t block, Span<double> values) const {
  hadamard(values);
  change_signs(2 * block + 1, values);
  hadamard(values);
  change_signs(2 * block, values);
  divide_by_size(values);
}

}  // namespace covey::quant
