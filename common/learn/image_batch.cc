#include "common/learn/image_batch.h"

#include "common/data/augment/normaliser.h"

namespace covey::learn {

torch::Tensor image_batch(const data::Images& images, Span<const std::uint32_t> indices,
                          const data::Normalisation& normalisation) {
  const data::ImageShape& shape = images.shape;
  const data::Normaliser normaliser(shape, normalisation);
  torch::Tensor batch =
      torch::empty({static_cast<std::int64_t>(indices.size()), shape.channels, shape.height, shape.width},
                   torch::kFloat32);
  float* out = batch.data_ptr<float>();
  for (std::size_t i = 0; i < indices.size(); ++i) {
    normaliser.normalise(images.image(indices[i]), {out + i * shape.bytes(), shape.bytes()});
  }
  return batch;
}

}  // namespace covey::learn
