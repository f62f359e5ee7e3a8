#include "common/curvature/conv_product.h"

#include <torch/csrc/autograd/custom_function.h>

#include <array>

namespace covey::curvature {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Gradients of <g, conv(x, w)> by x and by w; each where asked for.
std::array<torch::Tensor, 2> gradients(const torch::Tensor& g, const torch::Tensor& x, const torch::Tensor& w,
                                       std::int64_t stride, std::int64_t padding, bool by_x, bool by_w) {
  const auto [gx, gw, unused] =
      torch::convolution_backward(g, x, w, c10::nullopt, {stride, stride}, {padding, padding}, {1, 1}, false,
                                  {0, 0}, 1, {by_x, by_w, false});
  return {gx, gw};
}

/// The backward of a convolution as a function of its own: (g, x, w) -> (gx, gw), or gw alone where x needs
/// no gradient.
struct ConvBackward : torch::autograd::Function<ConvBackward> {
  static variable_list forward(AutogradContext* context, const torch::Tensor& g, const torch::Tensor& x,
                               const torch::Tensor& w, std::int64_t stride, std::int64_t padding, bool by_x) {
    context->save_for_backward({g, x, w});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    context->saved_data["by_x"] = by_x;
    const auto [gx, gw] = gradients(g, x, w, stride, padding, by_x, true);
    return by_x ? variable_list{gx, gw} : variable_list{gw};
  }

  // With u and v in place of x and w: <u, gx> + <v, gw> = <g, conv(u, w) + conv(x, v)>.
  static variable_list backward(AutogradContext* context, const variable_list& given) {
    TORCH_CHECK(!torch::GradMode::is_enabled(), "convolutions have no third derivative here");
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor& g = saved[0];
    const torch::Tensor& x = saved[1];
    const torch::Tensor& w = saved[2];
    const std::int64_t stride = context->saved_data["stride"].toInt();
    const std::int64_t padding = context->saved_data["padding"].toInt();
    const bool by_x = context->saved_data["by_x"].toBool();
    const torch::Tensor u = by_x ? given[0] : torch::Tensor();
    const torch::Tensor& v = given[by_x ? 1 : 0];
    torch::Tensor by_g;
    if (v.defined()) by_g = torch::conv2d(x, v, {}, stride, padding);
    if (u.defined()) {
      const torch::Tensor part = torch::conv2d(u, w, {}, stride, padding);
      by_g = by_g.defined() ? by_g.add_(part) : part;
    }
    const bool wants_x = by_x && v.defined();
    const auto [dx, dw] =
        gradients(g, u.defined() ? u : x, v.defined() ? v : w, stride, padding, wants_x, u.defined());
    return {by_g, dx, dw, {}, {}, {}};
  }
};

struct ConvForward : torch::autograd::Function<ConvForward> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& w,
                               std::int64_t stride, std::int64_t padding) {
    context->save_for_backward({x, w});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    return torch::conv2d(x, w, {}, stride, padding);
  }

  static variable_list backward(AutogradContext* context, const variable_list& given) {
    const variable_list saved = context->get_saved_variables();
    const std::int64_t stride = context->saved_data["stride"].toInt();
    const std::int64_t padding = context->saved_data["padding"].toInt();
    const bool by_x = context->needs_input_grad(0);
    if (!torch::GradMode::is_enabled()) {
      const auto [gx, gw] = gradients(given[0], saved[0], saved[1], stride, padding, by_x, true);
      return {gx, gw, {}, {}};
    }
    const variable_list found = ConvBackward::apply(given[0], saved[0], saved[1], stride, padding, by_x);
    return {by_x ? found[0] : torch::Tensor(), found.back(), {}, {}};
  }
};

}  // namespace

torch::Tensor ConvProduct::apply(const torch::Tensor& x, const torch::Tensor& weight,
                                 const nn::DrawContext*) const {
  return ConvForward::apply(x, weight, geometry_.stride, geometry_.padding);
}

}  // namespace covey::curvature
