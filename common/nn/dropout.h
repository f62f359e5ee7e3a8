#pragma once

#include <cstdint>
#include <string>

#include "common/nn/draws.h"
#include "common/nn/torch.h"

namespace covey::nn {

/// Dropout with keyed draws, of whole channels of N x C x H x W or of the values of N x C: in train mode each
/// of the N * C is set to 0 with probability `rate`, the others are scaled by 1 / (1 - rate); eval mode
/// passes the input on.
class DropoutImpl : public torch::nn::Module {
 public:
  /// `layer` names the draws and is unique in its model; 0 <= rate < 1.
  DropoutImpl(std::string layer, double rate);

  /// `draws` may be null in eval mode only.
  torch::Tensor forward(const torch::Tensor& x, const DrawContext* draws);

 private:
  std::uint64_t item_;
  float rate_;
};
TORCH_MODULE(Dropout);

}  // namespace covey::nn
