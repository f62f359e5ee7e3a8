#pragma once

#include "common/nn/conv.h"
#include "common/nn/norm.h"
#include "common/nn/ode/evolution.h"
#include "common/nn/ode/solver.h"

namespace covey::nn {

/// The shape of the field: `convs` convolutions of `width` channels that keep the image's sides, a norm
/// behind each, ReLU between them.
struct OdeBlockShape {
  std::int64_t width = 0;
  std::int64_t kernel = 3;
  int convs = 2;
  bool bias = false;
  Norm norm = Norm::kGroup;
  std::int64_t groups = 1;
};

/// z at time 1 of dz/dt = f(z, w(t)), N x width x H x W. Convolutions are conv1, conv2, ...; norms norm1,
/// ...; and with moving weights, conv1_evolution, ...: all that is sent of them is w(0) and their
/// coefficients. Batch norm remembers the statistics of every call of f apart: activations change as they
/// move.
class OdeBlockImpl : public torch::nn::Module {
 public:
  OdeBlockImpl(const OdeBlockShape& shape, const OdeOptions& options);

  torch::Tensor forward(const torch::Tensor& z, const DrawContext* draws);

  void set_checkpoint(bool checkpoint) { options_.checkpoint = checkpoint; }

 private:
  torch::Tensor solve(const torch::Tensor& z, const DrawContext* draws);
  /// `call`: the how-manieth one of a forward, from 0.
  torch::Tensor field(double t, const torch::Tensor& z, std::int64_t call, const DrawContext* draws);

  OdeOptions options_;
  std::vector<Conv> convs_;
  std::vector<NormLayer> norms_;
  std::vector<Evolution> evolutions_;  ///< none where weights stand still
};
TORCH_MODULE(OdeBlock);

/// Lets all blocks of a model keep what they compute: for second derivatives, and for those who look into
/// layers.
void drop_checkpoints(torch::nn::Module& model);

}  // namespace covey::nn
