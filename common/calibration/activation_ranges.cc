#include "common/calibration/activation_ranges.h"

#include <algorithm>
#include <cmath>

#include "common/nn/conv.h"
#include "common/nn/linear.h"

namespace covey::calibration {

namespace {

/// The value at `share` of the way through the sorted values. Sorting all of a batch's activations would take
/// longer than the forward; this takes linear time.
double quantile(std::vector<float>& values, double share) {
  const double place = share * static_cast<double>(values.size() - 1);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::llround(place));
  std::nth_element(values.begin(), at, values.end());
  return static_cast<double>(*at);
}

/// LibTorch's own product, which notes the range of its inputs.
class Recorder final : public nn::Product {
 public:
  Recorder(const nn::ConvImpl* conv, double percentile) : conv_(conv), share_(percentile / 100) {}

  torch::Tensor apply(const torch::Tensor& x, const torch::Tensor& weight,
                      const nn::DrawContext*) const override {
    const torch::Tensor flat = x.detach().to(torch::kCPU).contiguous().view({-1});
    std::vector<float> values(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
    low_ = std::min(low_, quantile(values, 1 - share_));
    high_ = std::max(high_, quantile(values, share_));
    if (conv_ == nullptr) return torch::linear(x, weight);
    return torch::conv2d(x, weight, {}, conv_->geometry().stride, conv_->geometry().padding);
  }

  double low() const { return low_; }
  double high() const { return high_; }

 private:
  const nn::ConvImpl* conv_;  ///< null: a linear layer
  double share_;
  mutable double low_ = 0;
  mutable double high_ = 0;
};

}  // namespace

std::vector<ActivationRange> activation_ranges(nn::Model& model, const torch::Tensor& images,
                                               double percentile) {
  const torch::NoGradGuard no_grad;
  model.eval();
  std::vector<std::string> layers;
  std::vector<std::shared_ptr<const Recorder>> recorders;
  for (const auto& item : model.named_modules("", false)) {
    auto* layer = dynamic_cast<nn::ProductLayer*>(item.value().get());
    if (layer == nullptr) continue;
    layers.push_back(item.key());
    recorders.push_back(std::make_shared<Recorder>(dynamic_cast<const nn::ConvImpl*>(layer), percentile));
    layer->set_product(recorders.back());
  }
  model.forward(images);
  nn::reset_products(model);
  std::vector<ActivationRange> ranges;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    ranges.push_back({layers[i], recorders[i]->low(), recorders[i]->high()});
  }
  return ranges;
}

}  // namespace covey::calibration
