#pragma once

#include <memory>
#include <utility>
#include <vector>

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
};

/// A layer with a weight, which multiplies by LibTorch's product until it is given another one.
class ProductLayer : public torch::nn::Module {
 public:
  void set_product(std::shared_ptr<const Product> product) { product_ = std::move(product); }
  bool has_product() const { return product_ != nullptr; }

 protected:
  /// Null: LibTorch's own.
  const Product* product() const { return product_.get(); }

 private:
  friend class PlainProducts;
  std::shared_ptr<const Product> product_;
};

/// Lets every layer of a model multiply by LibTorch's product for as long as it lives.
class PlainProducts {
 public:
  explicit PlainProducts(const torch::nn::Module& model) {
    for (const auto& module : model.modules(false)) {
      auto layer = std::dynamic_pointer_cast<ProductLayer>(module);
      if (layer == nullptr || !layer->has_product()) continue;
      layers_.emplace_back(layer, layer->product_);
      layer->set_product(nullptr);
    }
  }
  ~PlainProducts() {
    for (const auto& [layer, product] : layers_) layer->set_product(product);
  }
  PlainProducts(const PlainProducts&) = delete;
  PlainProducts& operator=(const PlainProducts&) = delete;

 private:
  std::vector<std::pair<std::shared_ptr<ProductLayer>, std::shared_ptr<const Product>>> layers_;
};

/// Lets every layer of `model` multiply by LibTorch's product again.
inline void reset_products(torch::nn::Module& model) {
  for (const auto& module : model.modules(false)) {
    if (auto* layer = dynamic_cast<ProductLayer*>(module.get())) layer->set_product(nullptr);
  }
}

}  // namespace covey::nn
