#pragma once

#include <string>

#include "common/fqt/quantised_product.h"
#include "common/fqt/simulated.h"

namespace covey::fqt::testing {

/// One layer of each kind, small enough for its products to be written out as matrices.

inline const char* const kKinds[] = {"linear", "conv"};
inline const char* const kQuantisers[] = {"ptq", "psq", "bhq"};
inline constexpr nn::ConvGeometry kGeometry{1, 1};

inline torch::Tensor noise(torch::IntArrayRef shape, std::uint64_t item) {
  torch::Tensor x = torch::empty(shape, torch::kFloat32);
  Sequence draws(Stream(7, StreamId{}), item);
  float* values = x.data_ptr<float>();
  for (std::int64_t i = 0; i < x.numel(); ++i) values[i] = static_cast<float>(draws.normal());
  return x;
}

struct Problem {
  torch::Tensor x;
  torch::Tensor w;
  torch::Tensor g;  ///< of the output
};

/// Eight images; two have far larger gradients than the others, and one none.
inline Problem problem(const std::string& kind) {
  Problem p = kind == "linear"
                  ? Problem{noise({8, 5}, 1), noise({6, 5}, 2), noise({8, 6}, 3)}
                  : Problem{noise({8, 2, 4, 4}, 1), noise({3, 2, 3, 3}, 2), noise({8, 3, 4, 4}, 3)};
  p.g[1] *= 40;
  p.g[4] *= 15;
  p.g[6].zero_();
  return p;
}

/// quantiser: as registered, or empty for gradients that stay as they are.
inline SimulatedOptions options(const std::string& quantiser, int bits = 4) {
  SimulatedOptions options;
  options.bits.input_gradient = bits;
  if (!quantiser.empty()) options.gradient = *gradient_quantiser_registry().find(quantiser);
  return options;
}

inline QuantisedProduct product(const std::string& kind, const SimulatedOptions& options,
                                const std::string& layer = "layer") {
  return {layer, kind == "linear" ? simulated_linear(options) : simulated_conv(options, kGeometry)};
}

inline nn::DrawContext draws(std::uint64_t invocation, std::uint64_t seed = 1) {
  const Stream dropout(seed, StreamId{Purpose::kDropout, 2, 0, 5});
  return {dropout, invocation, Stream(seed, StreamId{Purpose::kGradients, 2, 0, 5})};
}

struct Gradients {
  torch::Tensor y;
  torch::Tensor dx;
  torch::Tensor dw;
};

inline Gradients run(const QuantisedProduct& product, const Problem& p, const nn::DrawContext* context) {
  const torch::Tensor x = p.x.detach().clone().requires_grad_();
  const torch::Tensor w = p.w.detach().clone().requires_grad_();
  const torch::Tensor y = product.apply(x, w, context);
  y.backward(p.g);
  return {y.detach(), x.grad(), w.grad()};
}

inline bool equal(const Gradients& a, const Gradients& b) {
  return torch::equal(a.y, b.y) && torch::equal(a.dx, b.dx) && torch::equal(a.dw, b.dw);
}

inline bool finite(const Gradients& g) {
  return torch::isfinite(g.y).all().item<bool>() && torch::isfinite(g.dx).all().item<bool>() &&
         torch::isfinite(g.dw).all().item<bool>();
}

}  // namespace covey::fqt::testing
