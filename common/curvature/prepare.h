#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "common/nn/model.h"
#include "common/nn/product.h"

namespace covey::curvature {

/// Gives convolutions (but for those that have a product already) and group norms of `model` functions whose
/// gradients can be differentiated again at little cost (conv_product.h, group_norm.h). Its outputs may
/// differ in the last bits where a convolution has a bias, which is added apart then.
void prepare_second_derivatives(nn::Model& model);

/// For as long as it lives, layers of a model whose products have no second derivative, because they round,
/// multiply by products that have: what is measured is the unrounded network.
class UnroundedProducts {
 public:
  explicit UnroundedProducts(nn::Model& model);
  ~UnroundedProducts();
  UnroundedProducts(const UnroundedProducts&) = delete;
  UnroundedProducts& operator=(const UnroundedProducts&) = delete;

 private:
  std::vector<std::pair<std::shared_ptr<nn::ProductLayer>, std::shared_ptr<const nn::Product>>> layers_;
};

}  // namespace covey::curvature
