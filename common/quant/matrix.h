#pragma once

#include "common/base/layout.h"

namespace covey::quant {

/// A tensor as a matrix: one row per entry of its first dimension (the output channels of a weight), the rest
/// flattened.
///   source  quantization.md E.1
struct Matrix {
  Span<const float> values;  ///< row by row
  std::size_t rows = 1;
  std::size_t columns = 1;

  Span<const float> row(std::size_t i) const { return values.subspan(i * columns, columns); }
};

inline std::size_t row_count(const TensorSpec& tensor) {
  return tensor.shape.empty() ? 1 : tensor.shape[0];
}

inline Matrix as_matrix(const TensorSpec& tensor, Span<const float> values) {
  const std::size_t rows = row_count(tensor);
  return {values, rows, tensor.count / rows};
}

}  // namespace covey::quant
