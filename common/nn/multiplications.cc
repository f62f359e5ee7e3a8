#include "common/nn/multiplications.h"

#include "common/nn/conv.h"
#include "common/nn/linear.h"

namespace covey::nn {

namespace {

/// LibTorch's own product, which counts: every output takes as many as its weight has inputs.
class Counter final : public Product {
 public:
  Counter(const ConvImpl* conv, std::uint64_t& count) : conv_(conv), count_(count) {}

  torch::Tensor apply(const torch::Tensor& x, const torch::Tensor& weight,
                      const DrawContext*) const override {
    const torch::Tensor y =
        conv_ == nullptr ? torch::linear(x, weight)
                         : torch::conv2d(x, weight, {}, conv_->geometry().stride, conv_->geometry().padding);
    count_ += static_cast<std::uint64_t>(y.numel() * (weight.numel() / weight.size(0)));
    return y;
  }

 private:
  const ConvImpl* conv_;  ///< null: a linear layer
  std::uint64_t& count_;
};

}  // namespace

std::map<std::string, std::uint64_t> multiplications(Model& model, std::vector<std::int64_t> sample) {
  const torch::NoGradGuard no_grad;
  model.eval();
  std::map<std::string, std::uint64_t> counts;
  for (const auto& item : model.named_modules("", false)) {
    auto* layer = dynamic_cast<ProductLayer*>(item.value().get());
    if (layer == nullptr) continue;
    layer->set_product(
        std::make_shared<Counter>(dynamic_cast<const ConvImpl*>(layer), counts[item.key() + ".weight"]));
  }
  sample.insert(sample.begin(), 1);
  // Ones: a text of zeros would be all padding.
  model.forward(torch::ones(sample, model.parameters().front().options().requires_grad(false)));
  reset_products(model);
  return counts;
}

}  // namespace covey::nn
