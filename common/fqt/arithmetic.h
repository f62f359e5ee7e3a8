#pragma once

#include <string>
#include <vector>

#include "common/nn/draws.h"
#include "common/nn/torch.h"
#include "common/quant/round_trip.h"

namespace covey::fqt {

/// The two products that the gradient of a layer's output enters, each with draws of its own.
enum class GradientUse { kWeight, kInput };

/// The random words of one backward through one layer: a function of (stream, layer, use, which backward
/// through the same forward, invocation, element).
class GradientDraws {
 public:
  /// `backward` counts from 0. `draws` may be null where none are asked for.
  GradientDraws(std::string layer, const nn::DrawContext* draws, int backward);

  /// Element i of the gradient, in the order of its codes, takes word i.
  quant::Rounding rounding(GradientUse use) const;

 private:
  std::string layer_;
  std::optional<nn::DrawContext> draws_;
  int backward_;
};

/// What an arithmetic keeps of a quantised matrix from the forward to the backward: its values, or codes with
/// their grids. Only the arithmetic that made an operand reads it.
using Operand = std::vector<torch::Tensor>;

/// How one layer quantises its matrices and takes their products. All tensors are fp32; none has a graph.
///   source  quantization.md A.1
class Arithmetic {
 public:
  virtual ~Arithmetic() = default;

  /// The layer's input and weight, to nearest.
  virtual Operand input(const torch::Tensor& x) const = 0;
  virtual Operand weight(const torch::Tensor& w) const = 0;
  /// The gradient of the layer's output, unbiased.
  virtual Operand gradient(const torch::Tensor& g, GradientUse use, const GradientDraws& draws) const = 0;

  /// The layer's output without a bias, and the gradients of weight and input.
  virtual torch::Tensor output(const Operand& x, const Operand& w) const = 0;
  virtual torch::Tensor weight_gradient(const Operand& g, const Operand& x,
                                        torch::IntArrayRef weight_shape) const = 0;
  virtual torch::Tensor input_gradient(const Operand& g, const Operand& w,
                                       torch::IntArrayRef input_shape) const = 0;
};

}  // namespace covey::fqt
