#pragma once

#include "common/base/bytes.h"
#include "common/plan/bit_plan.h"

namespace covey::plan {

/// A model file whose tensors are quantised: safetensors with one tensor of bytes, "covey.container", that
/// holds the model as a container (common/quant/FORMAT.md), and the plan as metadata "covey.plan".
///   metadata  more of it
///   errors    those of codec_of and encode_model
Result<Bytes> write_compressed_model(const Layout& layout, Span<const float> values, const BitPlan& plan,
                                     std::map<std::string, std::string> metadata = {});

/// The values of a model file, plain fp32 or compressed.
///   errors  kInvalidArgument when it is not a file of this model; kCorrupt when its bytes are damaged
Result<Values> read_model_file(ByteSpan bytes, const Layout& layout);

}  // namespace covey::plan
