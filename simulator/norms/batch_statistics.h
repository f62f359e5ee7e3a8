#pragma once

#include <cstdint>

#include "common/data/dataset.h"
#include "common/nn/model.h"
#include "simulator/norms/deviations.h"

namespace covey::simulator {

/// A norm layer, or one use of it where a forward uses it several times.
struct NormDeviations {
  std::string layer;
  Deviations deviations;
};

/// What the norm layers of `model` are given by `batches` random batches of `batch` different samples each,
/// not augmented, in eval mode; words without their padding. Layers stand in the order of the forward.
///   errors  kInvalidArgument when there are fewer samples than one batch, or the model has no norm layer
Result<std::vector<NormDeviations>> batch_statistics(nn::Model& model, const data::SampleSet& samples,
                                                     const data::DataSpec& spec, std::size_t batches,
                                                     std::size_t batch, std::uint64_t seed);

}  // namespace covey::simulator
