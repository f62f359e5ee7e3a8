#pragma once

#include <cstdint>

namespace covey::average {

/// The weight of a user among others, 1 to kWeightMax: in proportion to 1 - confidence, so that those count
/// more whose images the received model was less sure of. A device that tells nothing (0), or claims to be
/// sure of all (1), counts least.
///   confidence  mean over the user's images of the largest probability, 0..1
///   source      (FL)^2 (arXiv 2410.23227), learning-status-aware aggregation
std::uint32_t status_weight(double confidence);

}  // namespace covey::average
