#include "common/nn/region_batch.h"

namespace covey::nn {

RegionBatch split_regions(const torch::Tensor& samples, const RegionShape& shape) {
  const std::int64_t n = samples.size(0);
  const auto part = [&](std::size_t from, std::size_t to) {
    return samples.slice(1, static_cast<std::int64_t>(from), static_cast<std::int64_t>(to));
  };
  RegionBatch batch;
  batch.image = part(0, 1).reshape({n});
  batch.features = part(shape.at_features(), shape.at_region_words()).reshape({n, shape.regions, -1});
  batch.region_words = part(shape.at_region_words(), shape.at_phrase_words()).to(torch::kInt64);
  batch.phrase_words = part(shape.at_phrase_words(), shape.at_answered())
                           .to(torch::kInt64)
                           .reshape({n, shape.phrases, shape.words});
  batch.answered = part(shape.at_answered(), shape.at_positives()).ne(0);
  batch.positives = part(shape.at_positives(), shape.values()).ne(0).reshape({n, shape.phrases, -1});
  return batch;
}

}  // namespace covey::nn
