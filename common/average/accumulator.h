#pragma once

#include <cstdint>
#include <memory>

#include "common/base/span.h"
#include "common/quant/container.h"

namespace covey::average {

/// What a value must stay below so that no sum of a round overflows: 2^30 / (C_k + 1), over the largest
/// weight of an update.
///   source  semantics.md 4
double magnitude_limit(std::uint32_t slots, std::uint32_t weight_max = 1);

/// Whether an update may be added: kRefused, naming the tensor, when the range of its values reaches `limit`.
/// Looks at one bound per tensor, never at single values of coded tensors. (Values that are not finite do not
/// survive ContainerView::parse.)
Status check_update(const quant::ContainerView& update, double limit);

/// A sum of updates in fixed point. Any order of additions gives the same sum. Decoded values are added piece
/// by piece, so there is never a second copy of the model (bhq decodes a whole tensor at once, one a thread).
class Accumulator {
 public:
  explicit Accumulator(std::size_t value_count) : value_count_(value_count) {}

  /// Adds weight * update. The update passed check_update with the limit of the round's slots and weights,
  /// and at most so many are added.
  void add(const quant::ContainerView& update, std::uint32_t weight = 1);

  std::uint32_t update_count() const { return update_count_; }
  /// In units of 2^-32, in the order of the layout; none before the first update.
  Span<const std::int64_t> sums() const { return {sums_.get(), update_count_ > 0 ? value_count_ : 0}; }

 private:
  std::size_t value_count_;
  std::unique_ptr<std::int64_t[]> sums_;  ///< made by the first update, without writing zeros first
  std::uint32_t update_count_ = 0;
};

}  // namespace covey::average
