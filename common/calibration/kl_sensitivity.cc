#include "common/calibration/kl_sensitivity.h"

#include <algorithm>

#include "common/nn/state.h"
#include "common/quant/container.h"

namespace covey::calibration {

namespace {

torch::Tensor log_probabilities(nn::Model& model, const torch::Tensor& images) {
  return torch::log_softmax(model.forward(images), 1).to(torch::kFloat64);
}

double divergence(const torch::Tensor& from, const torch::Tensor& to) {
  return (from.exp() * (from - to)).sum(1).mean().item<double>();
}

/// `tensor` of `values` as it comes back from `codec`.
Result<Values> rounded_alone(const quant::Codec& codec, const TensorSpec& tensor, const Values& values) {
  TensorSpec alone = tensor;
  alone.offset = 0;
  COVEY_ASSIGN_OR_RETURN(const Layout layout, Layout::make({alone}));
  const auto begin = values.begin() + static_cast<std::ptrdiff_t>(tensor.offset);
  return quant::rounded(codec, layout, Values(begin, begin + static_cast<std::ptrdiff_t>(tensor.count)));
}

}  // namespace

Result<std::vector<plan::LayerSensitivity>> kl_sensitivities(nn::Model& model, const Layout& layout,
                                                             const Values& values,
                                                             const torch::Tensor& images,
                                                             const std::string& codec,
                                                             const std::vector<int>& widths) {
  const torch::NoGradGuard no_grad;
  model.eval();
  const torch::Tensor exact = log_probabilities(model, images);
  Values changed = values;
  std::vector<plan::LayerSensitivity> layers;
  for (const TensorSpec& tensor : layout.tensors()) {
    if (quant::stays_fp32(tensor)) continue;
    plan::LayerSensitivity layer{tensor.name, tensor.count, {}};
    const auto place = static_cast<std::ptrdiff_t>(tensor.offset);
    for (const int bits : widths) {
      COVEY_ASSIGN_OR_RETURN(const auto quantiser, quant::make_codec(codec, {bits}));
      COVEY_ASSIGN_OR_RETURN(const Values rounded, rounded_alone(*quantiser, tensor, values));
      std::copy(rounded.begin(), rounded.end(), changed.begin() + place);
      nn::write_values(model, layout, changed);
      layer.choices.push_back({bits, static_cast<double>(tensor.count) * bits,
                               divergence(exact, log_probabilities(model, images))});
    }
    std::copy_n(values.begin() + place, tensor.count, changed.begin() + place);
    layers.push_back(std::move(layer));
  }
  nn::write_values(model, layout, values);
  return layers;
}

}  // namespace covey::calibration
