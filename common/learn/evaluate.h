#pragma once

#include "common/base/span.h"
#include "common/data/dataset.h"
#include "common/nn/model.h"

namespace covey::learn {

/// Samples in one evaluation batch. Part of the determinism contract: the bits of a matrix product depend on
/// its height.
inline constexpr std::size_t kEvaluationBatch = 256;

struct Evaluation {
  double accuracy = 0;  ///< share of right answers, 0..1: classes of samples, or words, as the task has it
  double loss = 0;      ///< mean over the answers: cross-entropy
};

/// Runs `model` in eval mode over all of `samples` (at least one, all labelled) and restores its mode.
Evaluation evaluate(nn::Model& model, const data::SampleSet& samples, const data::DataSpec& spec,
                    torch::Device device);

/// Logits (n x classes, on the CPU) of samples[indices], at least one, in eval mode, in batches of
/// kEvaluationBatch, without a graph.
torch::Tensor eval_logits(nn::Model& model, const data::SampleSet& samples, Span<const std::uint32_t> indices,
                          const data::DataSpec& spec, torch::Device device);

}  // namespace covey::learn
