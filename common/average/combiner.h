#pragma once

#include <cstdint>

#include "common/base/layout.h"
#include "common/base/span.h"
#include "common/quant/container.h"

namespace covey::average {

/// One group in one round: takes its members' updates as they arrive, in any order, and says which model
/// comes of them.
class Combiner {
 public:
  virtual ~Combiner() = default;

  /// The update passed check_update. Twice the weight counts like two equal updates; 1 to kWeightMax.
  virtual void add(const quant::ContainerView& update, std::uint32_t weight) = 0;
  virtual std::uint32_t update_count() const = 0;

  /// W_g'. At least one update was added.
  ///   master  W_g: what the updates started from
  ///   server  w_s where the server is a member, else empty
  virtual Values combine(Span<const float> master, Span<const float> server) const = 0;
};

/// Weights are whole numbers, so that sums of updates stay order-free.
inline constexpr std::uint32_t kWeightMax = 1024;

}  // namespace covey::average
