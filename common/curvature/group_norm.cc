#include "common/curvature/group_norm.h"

#include <torch/csrc/autograd/custom_function.h>

namespace covey::curvature {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Sizes of a group norm: N x (G x D) x S, where D channels make a group and S positions an image.
struct Sizes {
  Sizes(const torch::Tensor& x, std::int64_t group_count)
      : n(x.size(0)), channels(x.size(1)), positions(x.numel() / (n * channels)), groups(group_count) {}

  std::int64_t group_channels() const { return channels / groups; }
  /// Values with one mean and one deviation.
  std::int64_t group_values() const { return group_channels() * positions; }
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

torch::Tensor group_mean(const torch::Tensor& grouped) {
  return grouped.mean({2, 3}, true);
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

  // With n the normalised x, r = rstd and h = g * weight, per group of M values:
  //   <u, gx> = r * (<u, h> - M mean(u) mean(h) - M mean(u n) mean(h n)), <v, gw> = <v g, n>, <t, gb> = <t,
  //   g>
  // and these, differentiated by g, by weight, and by x through n and r.
  static variable_list backward(AutogradContext* context, const variable_list& given) {
    TORCH_CHECK(!torch::GradMode::is_enabled(), "group norm has no third derivative here");
    const variable_list saved = context->get_saved_variables();
    const std::int64_t groups = context->saved_data["groups"].toInt();
    const Sizes sizes(saved[1], groups);
    const torch::Tensor g = sizes.grouped(saved[0]);
    const torch::Tensor r = sizes.per_group(saved[3]);
    const torch::Tensor n = (sizes.grouped(saved[1]) - sizes.per_group(saved[2])).mul_(r);
    const torch::Tensor weight = sizes.per_channel(saved[4]);
    torch::Tensor by_g = torch::zeros_like(n);
    torch::Tensor by_n = torch::zeros_like(n);  // of the sum of the three, n taken for a variable
    torch::Tensor by_r;
    torch::Tensor by_weight;
    if (given[0].defined()) {
      const torch::Tensor u = sizes.grouped(given[0]);
      const torch::Tensor h = g * weight;
      const torch::Tensor u_mean = group_mean(u);
      const torch::Tensor un_mean = group_mean(u * n);
      const torch::Tensor hn_mean = group_mean(h * n);
      const torch::Tensor projected = (u - u_mean).sub_(n * un_mean).mul_(r);
      by_weight = (g * projected).sum(at::IntArrayRef{0, 3}).view({sizes.channels});
      by_g.add_(projected.mul_(weight));
      by_n.sub_(u * (hn_mean * r)).sub_(h * (un_mean * r));
      by_r = (group_mean(u * h) - u_mean * group_mean(h) - un_mean * hn_mean) *
             static_cast<double>(sizes.group_values());
    }
    if (given[1].defined()) {
      const torch::Tensor v = sizes.per_channel(given[1]);
      by_g.add_(n * v);
      by_n.add_(g * v);
    }
    if (given[2].defined()) by_g.add_(sizes.per_channel(given[2]));
    torch::Tensor by_x = (by_n - group_mean(by_n)).sub_(n * group_mean(by_n * n)).mul_(r);
    if (by_r.defined()) by_x.sub_(n * (by_r * r * r / static_cast<double>(sizes.group_values())));
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
