#include "common/nn/dropout.h"

#include <algorithm>

namespace covey::nn {

namespace {

/// Uniform in [0, 1), 24 bits.
float uniform(std::uint32_t word) {
  return static_cast<float>(word >> 8) * 0x1p-24f;
}

}  // namespace

DropoutImpl::DropoutImpl(std::string layer, double rate)
    : torch::nn::Module(layer), item_(fnv1a64(layer)), rate_(static_cast<float>(rate)) {
  COVEY_CHECK(rate >= 0 && rate < 1, rate);
}

torch::Tensor DropoutImpl::forward(const torch::Tensor& x, const DrawContext* draws) {
  if (!is_training()) return x;
  COVEY_CHECK(draws != nullptr, "dropout in train mode needs draws");
  COVEY_CHECK(draws->invocation < (std::uint64_t{1} << 32), draws->invocation);
  COVEY_CHECK(x.dim() == 2 || x.dim() == 4, x.dim());
  torch::Tensor scale = torch::empty({x.size(0), x.size(1)}, torch::kFloat32);
  float* values = scale.data_ptr<float>();
  const float kept = 1 / (1 - rate_);
  const auto count = static_cast<std::uint64_t>(scale.numel());
  for (std::uint64_t start = 0; start < count; start += 4) {
    const auto words = draws->stream.block(item_, (draws->invocation << 32) | (start / 4));
    for (std::uint64_t i = start; i < std::min(start + 4, count); ++i)
      values[i] = uniform(words[i - start]) < rate_ ? 0 : kept;
  }
  if (x.dim() == 4) scale = scale.view({x.size(0), x.size(1), 1, 1});
  return x * scale.to(x.device());
}

}  // namespace covey::nn
