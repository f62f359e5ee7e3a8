#pragma once

#include "common/base/span.h"
#include "common/data/dataset.h"
#include "common/nn/torch.h"

namespace covey::learn {

/// A tensor for `count` samples as models take them, not filled: count x spec.format.dims, float32, on the
/// CPU.
torch::Tensor empty_batch(const data::DataSpec& spec, std::size_t count);

/// samples[indices] as they are: pixels normalised, ids of words.
torch::Tensor sample_batch(const data::SampleSet& samples, Span<const std::uint32_t> indices,
                           const data::DataSpec& spec);

}  // namespace covey::learn
