#include "common/curvature/group_norm.h"

#include <torch/csrc/autograd/custom_function.h>

namespace covey::curvature {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// A group norm's input as N x G x D x S: D channels make a group, S positions an image.
struct Sizes {
  Sizes(const torch::Tensor& x, std::int64_t group_count)
      : n(x.size(0)), channels(x.size(1)), positions(x.numel() / (n * channels)), groups(group_count) {}

  std::int64_t group_channels() const { return channels / groups; }
  torch::Tensor grouped(const torch::Tensor& x) const {
    return x.reshape({n, groups, group_channels(), positions});
  }
  torch::Tensor per_channel(const torch::Tensor& w) const { return w.view({1, groups, group_channels(), 1}); }
  torch::Tensor per_group(const torch::Tensor& m) const { return m.view({n, groups, 1, 1}); }

  std::int64_t n;
  std::int64_t channels;
  std::int64_t positions;
  std::int64_t groups;
};

variable_list gradients(const torch::Tensor& g, const torch::Tensor& x, const torch::Tensor& mean,
                        const torch::Tensor& rstd, const torch::Tensor& weight, std::int64_t groups) {
  const Sizes sizes(x, groups);
  const auto [gx, gw, gb] =
      torch::native_group_norm_backward(g.contiguous(), x.contiguous(), mean, rstd, weight, sizes.n,
                                        sizes.channels, sizes.positions, groups, {true, true, true});
  return {gx, gw, gb};
}

/// Means over a group's values, from the means over the positions of each channel.
torch::Tensor group_mean(const torch::Tensor& channel_means) {
  return channel_means.mean(2, true);
}

/// The backward as a function of its own: (g, x, weight) -> (gx, gw, gb); mean and rstd follow from x.
struct GroupNormBackward : torch::autograd::Function<GroupNormBackward> {
  static variable_list forward(AutogradContext* context, const torch::Tensor& g, const torch::Tensor& x,
                               const torch::Tensor& mean, const torch::Tensor& rstd,
                               const torch::Tensor& weight, std::int64_t groups) {
    context->save_for_backward({g, x, mean, rstd, weight});
    context->saved_data["groups"] = groups;
    return gradients(g, x, mean, rstd, weight, groups);
  }

  // With n the normalised x, r = rstd, h = g * weight, and means over a group of M values:
  //   <u, gx> = r M (mean(uh) - mean(u) mean(h) - mean(un) mean(hn)), <v, gw> = <v g, n>, <t, gb> = <t, g>
  // Differentiated by g, by weight, and by x through n and r, their sum is linear in u, g, n and 1 with one
  // factor a channel of each image, so a few means and two such combinations are all that is computed.
  static variable_list backward(AutogradContext* context, const variable_list& given) {
    TORCH_CHECK(!torch::GradMode::is_enabled(), "group norm has no third derivative here");
    const variable_list saved = context->get_saved_variables();
    const Sizes sizes(saved[1], context->saved_data["groups"].toInt());
    const torch::Tensor g = sizes.grouped(saved[0]);
    const torch::Tensor r = sizes.per_group(saved[3]);
    const torch::Tensor n = torch::addcmul(-sizes.per_group(saved[2]) * r, sizes.grouped(saved[1]), r);
    const torch::Tensor w = sizes.per_channel(saved[4]);
    const torch::Tensor g_mean = g.mean(3, true);
    const torch::Tensor gn_mean = (g * n).mean(3, true);
    torch::Tensor g_by_n = torch::zeros_like(w);  // factors of by_g
    torch::Tensor g_by_1 = torch::zeros_like(w);
    torch::Tensor n_mean = torch::zeros_like(r);  // means of the derivative by n, and of its product with n
    torch::Tensor nn_mean = torch::zeros_like(r);
    torch::Tensor by_g;
    torch::Tensor by_x;
    torch::Tensor by_weight;
    if (given[1].defined()) {
      const torch::Tensor v = sizes.per_channel(given[1]);
      g_by_n = g_by_n + v;
      n_mean = n_mean + group_mean(v * g_mean);
      nn_mean = nn_mean + group_mean(v * gn_mean);
    }
    if (given[2].defined()) g_by_1 = g_by_1 + sizes.per_channel(given[2]);
    if (given[0].defined()) {
      const torch::Tensor u = sizes.grouped(given[0]);
      const torch::Tensor gu_mean = (g * u).mean(3, true);
      const torch::Tensor u_mean = group_mean(u.mean(3, true));
      const torch::Tensor un_mean = group_mean((u * n).mean(3, true));
      const torch::Tensor h_mean = group_mean(w * g_mean);
      const torch::Tensor hn_mean = group_mean(w * gn_mean);
      const torch::Tensor by_r = group_mean(w * gu_mean) - u_mean * h_mean - un_mean * hn_mean;  // over M
      by_weight = (r * (gu_mean - u_mean * g_mean - un_mean * gn_mean))
                      .sum(at::IntArrayRef{0, 3})
                      .view({sizes.channels}) *
                  static_cast<double>(sizes.positions);
      g_by_n = g_by_n - r * w * un_mean;
      g_by_1 = g_by_1 - r * w * u_mean;
      n_mean = n_mean - r * (hn_mean * u_mean + un_mean * h_mean);
      nn_mean = nn_mean - 2 * r * un_mean * hn_mean + r * by_r;
      by_g = u * (r * w);
      by_x = u * (-r * r * hn_mean);
    } else {
      by_g = torch::zeros_like(n);
      by_x = torch::zeros_like(n);
    }
    by_g.addcmul_(n, g_by_n).add_(g_by_1);
    by_x.addcmul_(g, r * g_by_n).addcmul_(n, -r * nn_mean).sub_(r * n_mean);
    return {by_g.view_as(saved[0]), by_x.view_as(saved[1]), {}, {}, by_weight, {}};
  }
};

struct GroupNormForward : torch::autograd::Function<GroupNormForward> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, std::int64_t groups,
                               const torch::Tensor& weight, const torch::Tensor& bias, double epsilon) {
    const Sizes sizes(x, groups);
    const auto [y, mean, rstd] = torch::native_group_norm(x.contiguous(), weight, bias, sizes.n,
                                                          sizes.channels, sizes.positions, groups, epsilon);
    context->save_for_backward({x, mean, rstd, weight});
    context->saved_data["groups"] = groups;
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& given) {
    const variable_list saved = context->get_saved_variables();
    const std::int64_t groups = context->saved_data["groups"].toInt();
    const variable_list found =
        torch::GradMode::is_enabled()
            ? GroupNormBackward::apply(given[0], saved[0], saved[1], saved[2], saved[3], groups)
            : gradients(given[0], saved[0], saved[1], saved[2], saved[3], groups);
    return {found[0], {}, found[1], found[2], {}};
  }
};

}  // namespace

torch::Tensor GroupNorm::apply(const torch::Tensor& x, std::int64_t groups, const torch::Tensor& weight,
                               const torch::Tensor& bias, double epsilon) const {
  return GroupNormForward::apply(x, groups, weight, bias, epsilon);
}

}  // namespace covey::curvature
