#pragma once

#include <cstdint>
#include <vector>

#include "common/base/span.h"

namespace covey::quant {

/// The scalar quantiser of 2^bits levels with the least squared error for a standard normal value. Its
/// numbers are rounded to fp32, so that they are the same on every machine.
///   source  Lloyd, Least squares quantization in PCM (1982); Max, Quantizing for minimum distortion (1960)
struct LloydMax {
  std::vector<float> centroids;    ///< rising, symmetric about 0
  std::vector<double> thresholds;  ///< between two centroids each
  float distortion = 0;            ///< the expected squared error

  /// The code of the centroid nearest to `value`; of the upper one on a threshold.
  std::uint8_t code(double value) const;
};

///   bits  2 to 8
const LloydMax& lloyd_max(int bits);

}  // namespace covey::quant
