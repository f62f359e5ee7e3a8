#include "common/curvature/probes.h"

#include <algorithm>

namespace covey::curvature {

namespace {

/// `draw` fills n doubles from an item of the stream: one item for every tensor of every vector.
template <typename Draw>
ParameterVector random_vector(const ParameterVector& parameters, std::uint32_t number, const Draw& draw) {
  ParameterVector vector;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const torch::Tensor& like = parameters[i];
    torch::Tensor values = torch::empty(like.sizes(), torch::kFloat64);
    draw((std::uint64_t{number} << 32) | i, values.data_ptr<double>(),
         static_cast<std::size_t>(like.numel()));
    vector.push_back(values.to(like.device(), like.scalar_type()));
  }
  return vector;
}

}  // namespace

ParameterVector rademacher(const ParameterVector& parameters, const Stream& stream, std::uint32_t number) {
  return random_vector(parameters, number, [&](std::uint64_t item, double* values, std::size_t count) {
    constexpr std::size_t kSigns = 128;  // of a block
    for (std::size_t first = 0; first < count; first += kSigns) {
      const auto words = stream.block(item, first / kSigns);
      for (std::size_t bit = 0; bit < std::min(kSigns, count - first); ++bit)
        values[first + bit] = ((words[bit / 32] >> (bit % 32)) & 1u) != 0 ? 1.0 : -1.0;
    }
  });
}

ParameterVector gaussian(const ParameterVector& parameters, const Stream& stream, std::uint32_t number) {
  return random_vector(parameters, number, [&](std::uint64_t item, double* values, std::size_t count) {
    Sequence sequence(stream, item);
    for (std::size_t i = 0; i < count; ++i) values[i] = sequence.normal();
  });
}

}  // namespace covey::curvature
