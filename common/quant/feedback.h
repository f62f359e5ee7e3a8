#pragma once

#include "common/quant/container.h"

namespace covey::quant {

/// Error feedback: what the encoding of one update leaves out is added to the next.
///
/// That adds up only while encoding contracts, E|x - sent|^2 <= (1 - delta) |x|^2 with delta > 0. Codecs that
/// keep values or drop them (topk) do. An unbiased one errs by omega |x|^2, and the residual can grow
/// without limit from omega = 1 on (2 bits, few large values), so such a codec is given x / (1 + omega): that
/// errs by omega / (1 + omega) |x|^2, always below |x|^2. One rule for every codec, and receivers need not
/// know of it. omega is that of the tensor at hand: exact_variance / |x|^2.
///   source  quantization.md E.5; arXiv 1901.09847

/// Encodes an update with what was left out before it.
///   values  in the order of `layout`; replaced by what the returned container leaves out: values - decoded
///   errors  as encode_model
Result<Bytes> encode_with_feedback(const Codec& codec, const Layout& layout, Values& values,
                                   const CodecDraws& draws);

}  // namespace covey::quant
