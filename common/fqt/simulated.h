#pragma once

#include <memory>

#include "common/fqt/arithmetic.h"
#include "common/fqt/gradient_quantiser.h"
#include "common/nn/conv.h"

namespace covey::fqt {

/// What is rounded to how many bits; 0: stays as it is (weights only).
struct Bits {
  int input = 8;
  int weight = 8;
  int weight_gradient = 8;  ///< of the output gradient where it meets the input
  int input_gradient = 8;   ///< of the output gradient where it meets the weight
};

struct SimulatedOptions {
  Bits bits;
  /// For the product with the weight; that with the input takes `ptq`. Null: gradients stay as they are.
  GradientQuantiser gradient = nullptr;
};

/// Quantised values held in fp32 and multiplied by LibTorch: what integer kernels would compute, but for the
/// rounding of sums. Inputs take one affine grid a tensor, weights one with a code for zero; ranges are those
/// of the tensor at hand. On another device than the CPU values take the way over the CPU.
std::shared_ptr<const Arithmetic> simulated_linear(const SimulatedOptions& options);
std::shared_ptr<const Arithmetic> simulated_conv(const SimulatedOptions& options,
                                                 const nn::ConvGeometry& geometry);

}  // namespace covey::fqt
