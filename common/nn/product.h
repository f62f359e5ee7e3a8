#pragma once

#include <memory>

#include "common/nn/draws.h"
#include "common/nn/torch.h"

namespace covey::nn {

/// What a layer computes of its input and its weight where that is not LibTorch's own product: the seam at
/// which other arithmetics come in (common/fqt), forwards and backwards.
class Product {
 public:
  virtual ~Product() = default;

  /// The layer's output without its bias, with a graph where gradients are asked for. `draws` are those of
  /// the model's forward, null where it has none.
  virtual torch::Tensor apply(const torch::Tensor& x, const torch::Tensor& weight,
                              const DrawContext* draws) const = 0;

  /// Whether its gradients can be differentiated again.
  virtual bool is_twice_differentiable() const { return false; }
};

/// A layer with a weight, which multiplies by LibTorch's product until it is given another one.
class ProductLayer : public torch::nn::Module {
 public:
  void set_product(std::shared_ptr<const Product> product) { product_ = std::move(product); }
  bool has_product() const { return product_ != nullptr; }
  /// Null: LibTorch's own.
  const std::shared_ptr<const Product>& shared_product() const { return product_; }

 protected:
  /// Null: LibTorch's own.
  const Product* product() const { return product_.get(); }

 private:
  std::shared_ptr<const Product> product_;
};

/// Lets every layer of `model` multiply by LibTorch's product again.
inline void reset_products(torch::nn::Module& model) {
  for (const auto& module : model.modules(false)) {
    if (auto* layer = dynamic_cast<ProductLayer*>(module.get())) layer->set_product(nullptr);
  }
}

}  // namespace covey::nn
