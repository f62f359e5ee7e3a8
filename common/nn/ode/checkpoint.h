#pragma once

#include <functional>
#include <vector>

#include "common/nn/draws.h"
#include "common/nn/torch.h"

namespace covey::nn {

/// A part of a model, as a function of its input. Null draws where the model has none.
using Segment = std::function<torch::Tensor(const torch::Tensor& z, const DrawContext* draws)>;

/// segment(z), of which nothing but z is kept: the backward computes it again, on the same draws and with the
/// module's buffers as they were left. Gradients are those of segment(z) itself.
///   parameters  all that the segment depends on besides z
///   buffers     what the segment changes in training (running statistics)
///   source      discretise-then-optimise adjoint with checkpointing, ANODE (arXiv 1902.10298)
///   errors      a second derivative throws: the recomputation has no graph to the first
torch::Tensor checkpointed(const Segment& segment, const torch::Tensor& z, const DrawContext* draws,
                           const std::vector<torch::Tensor>& parameters,
                           const std::vector<torch::Tensor>& buffers);

}  // namespace covey::nn
