#include "common/nn/dropout.h"

namespace covey::nn {

namespace {

/// Uniform in [0, 1), 24 bits.
float uniform(std::uint32_t word) {
  return static_cast<float>(word >> 8) * 0x1p-24f;
}

}  // namespace

ChannelDropoutImpl::ChannelDropoutImpl(std::string layer, double rate)
    : torch::nn::Module(layer), item_(fnv1a64(layer)), rate_(static_cast<float>(rate)) {
  COVEY_CHECK(rate >= 0 && rate < 1, rate);
}

torch::Tensor ChannelDropoutImpl::forward(const torch::Tensor& x, const DrawContext* draws) {
  if (!is_training()) return x;
  COVEY_CHECK(draws != nullptr, "dropout in train mode needs draws");
  COVEY_CHECK(draws->invocation < (std::uint64_t{1} << 32), draws->invocation);
  torch::Tensor scale = torch::empty({x.size(0), x.size(1), 1, 1}, torch::kFloat32);
  float* values = scale.data_ptr<float>();
  const float kept = 1 / (1 - rate_);
  for (std::int64_t i = 0; i < scale.numel(); ++i) {
    const auto element = static_cast<std::uint64_t>(i);
    const auto words = draws->stream.block(item_, (draws->invocation << 32) | (element / 4));
    values[i] = uniform(words[element % 4]) < rate_ ? 0 : kept;
  }
  return x * scale.to(x.device());
}

}  // namespace covey::nn
