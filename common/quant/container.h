#pragma once

#include <memory>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/layout.h"
#include "common/quant/codec.h"
#include "common/quant/draws.h"
#include "common/quant/record.h"

namespace covey::quant {

/// Whether a container keeps the tensor as fp32 whatever the codec: those of rank 0 and 1, buffers, and
/// tensors under 256 values.
bool stays_fp32(const TensorSpec& tensor);

/// Encodes a model or an update as a container (FORMAT.md). Besides those of stays_fp32, a tensor whose
/// record would be longer than in fp32 stays fp32 as well.
///   values  in the order of `layout`
///   errors  kInternal naming the tensor when a value is not finite: training diverged
Result<Bytes> encode_model(const Codec& codec, const Layout& layout, Span<const float> values,
                           const CodecDraws& draws);

/// What `values` become when they are encoded, rounded to nearest, and decoded.
///   errors  those of encode_model
Result<Values> rounded(const Codec& codec, const Layout& layout, const Values& values);

/// No container that ContainerView::parse accepts for `layout` is larger: a bound to refuse by before
/// anything is stored.
std::uint64_t container_bytes_max(const Layout& layout);

/// One tensor of a container.
struct TensorRecord {
  const TensorSpec* tensor = nullptr;
  std::unique_ptr<const RecordBody> body;
};

/// A container whose every byte was checked. A view: bytes and layout must outlive it.
class ContainerView {
 public:
  /// errors  kCorrupt naming the tensor and the byte offset. Sizes are checked before anything is allocated.
  static Result<ContainerView> parse(ByteSpan bytes, const Layout& layout);

  const Layout& layout() const { return *layout_; }
  /// In the order of the layout. Read them one by one where a second full copy of the model is too much.
  const std::vector<TensorRecord>& records() const { return records_; }
  Values decode() const;
  /// values -= decode(), without a second copy of the model.
  void subtract_from(Span<float> values) const;

 private:
  explicit ContainerView(const Layout& layout) : layout_(&layout) {}

  const Layout* layout_;
  std::vector<TensorRecord> records_;
};

}  // namespace covey::quant
