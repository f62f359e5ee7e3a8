#include "common/fqt/quantised_product.h"

#include <torch/csrc/autograd/custom_function.h>

#include <optional>
#include <utility>

namespace covey::fqt {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// One use of a layer: what its backward has to know.
struct Use : torch::CustomClassHolder {
  std::string layer;
  std::shared_ptr<const Arithmetic> arithmetic;
  std::optional<nn::DrawContext> draws;
  int backwards = 0;  // that were run
  Operand x;
  Operand w;
  std::vector<std::int64_t> x_shape;
  std::vector<std::int64_t> w_shape;
};

struct Function : torch::autograd::Function<Function> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& w,
                               const c10::intrusive_ptr<Use>& use) {
    use->x = use->arithmetic->input(x);
    use->w = use->arithmetic->weight(w);
    use->x_shape = x.sizes().vec();
    use->w_shape = w.sizes().vec();
    context->saved_data["use"] = c10::IValue::make_capsule(use);
    return use->arithmetic->output(use->x, use->w);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    // What it returns depends on x and w, but not through a graph: differentiating it again would lose that.
    TORCH_CHECK(!torch::GradMode::is_enabled(), "quantised layers have no second derivative");
    const auto use = c10::static_intrusive_pointer_cast<Use>(context->saved_data["use"].toCapsule());
    const Arithmetic& arithmetic = *use->arithmetic;
    const torch::Tensor& g = gradients[0];
    const GradientDraws draws(use->layer, use->draws ? &*use->draws : nullptr, use->backwards++);
    torch::Tensor dx;
    torch::Tensor dw;
    if (context->needs_input_grad(0)) {
      dx =
          arithmetic.input_gradient(arithmetic.gradient(g, GradientUse::kInput, draws), use->w, use->x_shape);
    }
    if (context->needs_input_grad(1)) {
      dw = arithmetic.weight_gradient(arithmetic.gradient(g, GradientUse::kWeight, draws), use->x,
                                      use->w_shape);
    }
    return {dx, dw, {}};
  }
};

}  // namespace

QuantisedProduct::QuantisedProduct(std::string layer, std::shared_ptr<const Arithmetic> arithmetic)
    : layer_(std::move(layer)), arithmetic_(std::move(arithmetic)) {}

torch::Tensor QuantisedProduct::apply(const torch::Tensor& x, const torch::Tensor& weight,
                                      const nn::DrawContext* draws) const {
  const auto use = c10::make_intrusive<Use>();
  use->layer = layer_;
  use->arithmetic = arithmetic_;
  if (draws != nullptr) use->draws = *draws;
  return Function::apply(x, weight, use);
}

}  // namespace covey::fqt
