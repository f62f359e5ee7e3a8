#pragma once

#include "common/nn/torch.h"

namespace covey::nn {

/// Weights of convolutions that move in time by reaction, diffusion and advection over the plane of each
/// kernel: dw/dt = d laplacian(w) + v . grad(w) + r w, periodic, with one d = softplus(.) >= 0, v = (x, y)
/// and r per output channel. Solved exactly, so the weights at time t follow from those at 0 in one product.
/// Four parameters of `out` values each, which start at zero: d is then 0.001 and nothing else moves.
///   source  ANODEV2 (arXiv 1906.04596); second-order-and-models.md D.5
class EvolutionImpl : public torch::nn::Module {
 public:
  /// `kernel` is odd.
  EvolutionImpl(std::int64_t out, std::int64_t kernel);

  /// out x in x kernel x kernel, at time t, from those at time 0.
  torch::Tensor at(const torch::Tensor& weight, double t) const;

 private:
  std::int64_t kernel_;
  torch::Tensor diffusion_;
  torch::Tensor advection_x_;
  torch::Tensor advection_y_;
  torch::Tensor reaction_;
};
TORCH_MODULE(Evolution);

/// The same for given coefficients, `out` values each; `diffusion` >= 0.
torch::Tensor evolve(const torch::Tensor& weight, const torch::Tensor& diffusion,
                     const torch::Tensor& advection_x, const torch::Tensor& advection_y,
                     const torch::Tensor& reaction, double t);

}  // namespace covey::nn
