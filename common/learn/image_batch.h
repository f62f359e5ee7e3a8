#pragma once

#include "common/base/span.h"
#include "common/data/dataset.h"
#include "common/nn/torch.h"

namespace covey::learn {

/// images[indices], normalised and not augmented: N x C x H x W, float32, on the CPU.
torch::Tensor image_batch(const data::Images& images, Span<const std::uint32_t> indices,
                          const data::Normalisation& normalisation);

}  // namespace covey::learn
