#pragma once

#include "common/quant/codec.h"
#include "simulator/codec/tensor_file.h"

namespace covey::simulator {

struct MeasureOptions {
  bool stochastic = true;  ///< else to the nearest code, where one draw says everything
  std::uint32_t draws = 100;
  std::uint64_t seed = 1;
};

/// What a codec costs and what it does to the values of a file. Errors are squared and summed over all
/// values.
///   source  quantization.md A.2 and E.6
struct CodecFigures {
  std::uint64_t bytes = 0;    ///< of all records with their checksums
  double ratio = 0;           ///< bytes of the values in fp32 over `bytes`
  double bound = 0;           ///< no draw's expected error is larger
  double exact_variance = 0;  ///< the expected error of stochastic rounding
  double empirical_mse = 0;   ///< mean error over the draws
  double standard_error = 0;  ///< of that mean; 0 for one draw
  /// draws * |mean difference|^2 / exact_variance: about 1 when the codec is unbiased; 0 when it is exact.
  double unbiasedness = 0;
  Values decoded;  ///< by the first draw
};

/// Encodes and decodes `file` as often as asked. In a model the tensors that a container keeps as fp32 count
/// with their bytes and are exact.
Result<CodecFigures> measure_codec(const quant::Codec& codec, const TensorFile& file,
                                   const MeasureOptions& options);

}  // namespace covey::simulator
