#include "common/data/augment/normaliser.h"

namespace covey::data {

namespace {

std::array<float, 256> channel_table(float mean, float stddev) {
  std::array<float, 256> table{};
  for (std::size_t value = 0; value < table.size(); ++value) {
    table[value] = (static_cast<float>(value) / 255.0f - mean) / stddev;
  }
  return table;
}

}  // namespace

Normaliser::Normaliser(const ImageShape& shape, const Normalisation& normalisation) : shape_(shape) {
  const auto channels = static_cast<std::size_t>(shape.channels);
  const std::size_t given = normalisation.mean.size();
  COVEY_CHECK(given == normalisation.stddev.size() && (given == 1 || given == channels), given, channels);
  for (std::size_t c = 0; c < channels; ++c) {
    const std::size_t entry = given == 1 ? 0 : c;
    COVEY_CHECK(normalisation.stddev[entry] > 0.0f, normalisation.stddev[entry]);
    tables_.push_back(channel_table(normalisation.mean[entry], normalisation.stddev[entry]));
  }
}

void Normaliser::normalise(Span<const std::uint8_t> image, Span<float> out) const {
  COVEY_CHECK(image.size() == shape_.bytes() && out.size() == shape_.bytes(), image.size(), out.size());
  const std::size_t plane = shape_.bytes() / tables_.size();
  for (std::size_t c = 0; c < tables_.size(); ++c) {
    const std::array<float, 256>& table = tables_[c];
    const std::uint8_t* from = image.data() + c * plane;
    float* to = out.data() + c * plane;
    for (std::size_t i = 0; i < plane; ++i) to[i] = table[from[i]];
  }
}

}  // namespace covey::data
