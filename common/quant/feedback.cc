#include "common/quant/feedback.h"

namespace covey::quant {

namespace {

// What makes the codec's error of this tensor a contraction: 1 / (1 + omega).
double contraction(const Codec& codec, const TensorSpec& tensor, Span<const float> values) {
  if (stays_fp32(tensor) || !codec.unbiased()) return 1;
  double square = 0;
  for (const float value : values) square += static_cast<double>(value) * static_cast<double>(value);
  return square > 0 ? square / (square + codec.exact_variance(as_matrix(tensor, values))) : 1;
}

}  // namespace

Result<Bytes> encode_with_feedback(const Codec& codec, const Layout& layout, Values& values,
                                   const CodecDraws& draws) {
  Values contracted = values;
  for (const TensorSpec& tensor : layout.tensors()) {
    const Span<float> part = Span<float>(contracted).subspan(tensor.offset, tensor.count);
    const double factor = contraction(codec, tensor, part);
    for (float& value : part) value = static_cast<float>(factor * static_cast<double>(value));
  }
  COVEY_ASSIGN_OR_RETURN(Bytes bytes, encode_model(codec, layout, contracted, draws));
  COVEY_ASSIGN_OR_RETURN(const auto sent, ContainerView::parse(bytes, layout));
  sent.subtract_from(Span<float>(values));
  return bytes;
}

}  // namespace covey::quant
