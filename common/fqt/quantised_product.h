#pragma once

#include <memory>
#include <string>

#include "common/fqt/arithmetic.h"
#include "common/nn/product.h"

namespace covey::fqt {

/// A layer's product on quantised matrices, with an explicit backward (quantization.md A.1):
///   y  = product(Q(x), Q(w)),  rounded to nearest
///   dw = product(Q1(g), Q(x)), dx = product(Q2(g), Q(w)),  Q1 and Q2 two unbiased draws from the gradient g
/// The derivative of rounding x and w counts as 1 (straight through). Gradients of gradients are not there.
class QuantisedProduct final : public nn::Product {
 public:
  /// `layer` names the draws and is unique in its model.
  QuantisedProduct(std::string layer, std::shared_ptr<const Arithmetic> arithmetic);

  /// `draws` is copied. A backward through the same graph a second time takes other words. A layer that is
  /// used twice in one invocation would round both gradients with the same words.
  torch::Tensor apply(const torch::Tensor& x, const torch::Tensor& weight,
                      const nn::DrawContext* draws) const override;

 private:
  std::string layer_;
  std::shared_ptr<const Arithmetic> arithmetic_;
};

}  // namespace covey::fqt
