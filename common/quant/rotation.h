#pragma once

#include <cstdint>

#include "common/base/random.h"
#include "common/base/span.h"

namespace covey::quant {

/// Random rotations of blocks of values: R = (1/m) H D_2 H D_1 with H the m x m Hadamard matrix of +1 and -1,
/// and D_1 and D_2 diagonal matrices of random signs.
///
/// Rotated values look like draws of a normal distribution, whatever the block holds. One round H D_1 would
/// not do for a block with few large values: of a single one it makes m equal magnitudes. The second round
/// sees values that are spread already. Sums and differences in a fixed order: the same bits everywhere.
///   source  Ailon, Chazelle: The fast Johnson-Lindenstrauss transform (2009); arXiv 1611.00429
class Rotation {
 public:
  ///   key  of the signs
  explicit Rotation(std::uint64_t key);

  ///   block   its number; every block has signs of its own
  ///   values  as many as a power of two
  void apply(std::uint64_t block, Span<double> values) const;
  void invert(std::uint64_t block, Span<double> values) const;

 private:
  void change_signs(std::uint64_t item, Span<double> values) const;

  Stream signs_;
};

}  // namespace covey::quant
