#pragma once

#include <cstdint>
#include <optional>

#include "common/base/random.h"

namespace covey::nn {

/// Where the random draws of a forward in train mode, and of its backward, come from. A layer's draw is a
/// function of (stream, layer name, invocation, element), never of the order of calls.
struct DrawContext {
  Stream stream;                 ///< of dropout; keyed by (kDropout, round, attempt, member)
  std::uint64_t invocation = 0;  ///< which forward of the stream, below 2^32; here the local step
  /// Of quantised gradients; keyed by (kGradients, round, attempt, member). Only layers with such
  /// gradients need it.
  std::optional<Stream> gradient_stream = std::nullopt;
};

}  // namespace covey::nn
