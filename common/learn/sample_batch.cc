#include "common/learn/sample_batch.h"

#include "common/data/augment/view_maker.h"
#include "common/data/kinds/registry.h"

namespace covey::learn {

torch::Tensor empty_batch(const data::DataSpec& spec, std::size_t count) {
  std::vector<std::int64_t> sizes = spec.format.dims;
  sizes.insert(sizes.begin(), static_cast<std::int64_t>(count));
  return torch::empty(sizes, torch::kFloat32);
}

torch::Tensor sample_batch(const data::SampleSet& samples, Span<const std::uint32_t> indices,
                           const data::DataSpec& spec) {
  const auto views = data::kind_of(spec.format).views(spec, {});
  const std::size_t values = spec.format.values();
  torch::Tensor batch = empty_batch(spec, indices.size());
  float* out = batch.data_ptr<float>();
  for (std::size_t i = 0; i < indices.size(); ++i)
    views->plain(samples.sample(indices[i]), {out + i * values, values});
  return batch;
}

}  // namespace covey::learn
