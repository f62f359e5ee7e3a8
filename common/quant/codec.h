#pragma once

#include <cstdint>
#include <memory>

#include "common/base/bytes.h"
#include "common/base/layout.h"
#include "common/quant/draws.h"
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
};

struct CodecOptions {
  int bits = 8;  ///< width of a code; what is allowed depends on the codec
};

}  // namespace covey::quant
