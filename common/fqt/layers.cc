#include "common/fqt/layers.h"

#include <algorithm>
#include <utility>

#include "common/fqt/quantised_product.h"
#include "common/fqt/simulated.h"
#include "common/nn/conv.h"

namespace covey::fqt {

namespace {

struct NamedLayer {
  std::string name;
  std::shared_ptr<nn::ProductLayer> layer;
};

std::vector<NamedLayer> product_layers(const nn::Model& model) {
  std::vector<NamedLayer> layers;
  for (const auto& item : model.named_modules("", false)) {
    if (auto layer = std::dynamic_pointer_cast<nn::ProductLayer>(item.value()))
      layers.push_back({item.key(), std::move(layer)});
  }
  return layers;
}

Status check_exempt(const std::vector<std::string>& exempt, const std::vector<NamedLayer>& layers) {
  for (const std::string& name : exempt) {
    if (std::any_of(layers.begin(), layers.end(), [&](const NamedLayer& l) { return l.name == name; }))
      continue;
    std::string known;
    for (const NamedLayer& layer : layers) known += (known.empty() ? "" : ", ") + layer.name;
    return invalid_argument("fqt.exempt: the model has no layer \"" + name + "\", allowed: " + known);
  }
  return ok_status();
}

Result<SimulatedOptions> options_of(const config::Fqt& settings) {
  SimulatedOptions options;
  options.bits = {static_cast<int>(settings.activation_bits), static_cast<int>(settings.weight_bits),
                  static_cast<int>(settings.weight_gradient_bits), static_cast<int>(settings.gradient_bits)};
  if (settings.mode == "activations") options.bits.weight = 0;
  if (settings.mode != "fqt") return options;
  COVEY_ASSIGN_OR_RETURN(options.gradient, gradient_quantiser_registry().find(settings.gradient_quantiser));
  return options;
}

std::shared_ptr<const Arithmetic> arithmetic_of(const nn::ProductLayer& layer,
                                                const SimulatedOptions& options) {
  const auto* conv = dynamic_cast<const nn::ConvImpl*>(&layer);
  return conv != nullptr ? simulated_conv(options, conv->geometry()) : simulated_linear(options);
}

}  // namespace

Status quantise_layers(nn::Model& model, const config::Fqt& settings) {
  const std::vector<NamedLayer> layers = product_layers(model);
  COVEY_RETURN_IF_ERROR(check_exempt(settings.exempt, layers));
  if (settings.mode == "off") return ok_status();
  COVEY_ASSIGN_OR_RETURN(const SimulatedOptions options, options_of(settings));
  for (const NamedLayer& named : layers) {
    const auto& exempt = settings.exempt;
    if (std::find(exempt.begin(), exempt.end(), named.name) != exempt.end()) continue;
    named.layer->set_product(
        std::make_shared<QuantisedProduct>(named.name, arithmetic_of(*named.layer, options)));
  }
  return ok_status();
}

}  // namespace covey::fqt
