#pragma once

#include <cstdint>
#include <memory>

#include "common/base/bytes.h"
#include "common/base/layout.h"
#include "common/quant/draws.h"
#include "common/quant/matrix.h"
#include "common/quant/record.h"

namespace covey::quant {

/// Turns the values of one tensor into a record (FORMAT.md). Codecs have no state: one object serves every
/// thread.
///
/// A codec comes with the reader of the scheme that it writes; both live in one file under codecs/ and are
/// listed in registry.cc.
class Codec {
 public:
  virtual ~Codec() = default;

  /// Appends the record of `tensor` without its checksum.
  ///   values  tensor.count finite values
  ///   draws   how to round
  virtual void encode(const TensorSpec& tensor, Span<const float> values, const CodecDraws& draws,
                      ByteWriter& out) const = 0;

  /// Whether values decode to themselves on average over the draws. A codec that is not unbiased leaves out
  /// the same part of every update, and is meant for error feedback (feedback.h).
  virtual bool unbiased() const { return true; }

  /// The expected squared error of the decoded matrix under stochastic rounding, summed over its values: what
  /// many draws would measure, up to the rounding of decoded values to fp32. That is the variance of an
  /// unbiased codec, and includes the bias of another.
  ///   matrix  finite values
  ///   source  quantization.md A.2
  virtual double exact_variance(const Matrix& matrix) const = 0;
  /// The same if every value lay halfway between two codes: no matrix with these scales has more. Where the
  /// error is not one of rounding: the most for values of this norm.
  virtual double worst_case_bound(const Matrix& matrix) const = 0;
};

struct CodecOptions {
  int bits = 8;      ///< width of a code; what is allowed depends on the codec
  int groups = 128;  ///< groups of rows per tensor, where a codec has them; more than rows count as the rows
  double keep = 0.01;  ///< share of the values that topk keeps, above 0 and up to 1
};

}  // namespace covey::quant
