#include "common/nn/power_norm.h"

#include <torch/csrc/autograd/custom_function.h>

namespace covey::nn {

namespace {

constexpr double kPowerEpsilon = 1e-5;

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Means of N x L x D over the places where `mask` is 1.
torch::Tensor mean_of_words(const torch::Tensor& x, const torch::Tensor& mask) {
  return (x * mask).sum(at::IntArrayRef{0, 1}) / mask.sum();
}

/// What a backward needs besides tensors with a gradient.
struct Running {
  torch::Tensor mask;            ///< words whose means the correction follows
  torch::Tensor backward_scale;  ///< 1 / root of the mean square that the backward divides by
  torch::Tensor correction;      ///< moved by the backward
  double keep = 0;
  bool published = false;
};

/// y = z * weight + bias with z = x * scale, whose backward takes the running correction in place of the
/// batch's own term.
struct CorrectedScale : torch::autograd::Function<CorrectedScale> {
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x, const torch::Tensor& weight,
                               const torch::Tensor& bias, const torch::Tensor& scale,
                               const Running& running) {
    const torch::Tensor z = x * scale;
    context->save_for_backward({z, weight, running.backward_scale, running.mask});
    context->saved_data["correction"] = running.correction;
    context->saved_data["keep"] = running.keep;
    context->saved_data["published"] = running.published;
    return z * weight + bias;
  }

  static variable_list backward(AutogradContext* context, const variable_list& given) {
    TORCH_CHECK(!torch::GradMode::is_enabled(),
                "power norm has no second derivative in training; model.norm = power-v has");
    const variable_list saved = context->get_saved_variables();
    const torch::Tensor& dy = given[0];
    const torch::Tensor& z = saved[0];
    const torch::Tensor& mask = saved[3];
    torch::Tensor correction = context->saved_data["correction"].toTensor();
    const double keep = context->saved_data["keep"].toDouble();
    const torch::Tensor g = dy * saved[1];
    torch::Tensor dx;
    if (context->saved_data["published"].toBool()) {
      const torch::Tensor corrected = g - (1 - keep) * correction * z;
      correction.add_((corrected * z).mean(at::IntArrayRef{0, 1}));
      dx = corrected * saved[2];
    } else {
      dx = (g - correction * z) * saved[2];
      const torch::Tensor power = mean_of_words(z.square(), mask);
      correction.mul_(1 - (1 - keep) * power).add_((1 - keep) * mean_of_words(g * z, mask));
    }
    return {dx, (dy * z).sum(at::IntArrayRef{0, 1}), dy.sum(at::IntArrayRef{0, 1}), {}, {}};
  }
};

}  // namespace

torch::Tensor group_scaling(const torch::Tensor& x, std::int64_t groups) {
  const torch::Tensor grouped = x.view({x.size(0), x.size(1), groups, -1});
  return (grouped / (grouped.square().mean(3, true) + kPowerEpsilon).sqrt()).view_as(x);
}

PowerNorm::PowerNorm(const PowerNormOptions& options) : options_(options) {
  COVEY_CHECK(options.groups == 0 || options.width % options.groups == 0, options.width, options.groups);
  weight_ = register_parameter("weight", torch::ones({options.width}));
  bias_ = register_parameter("bias", torch::zeros({options.width}));
  power_sum_ = register_buffer("power_sum", torch::ones({options.width}));
  power_words_ = register_buffer("power_words", torch::ones({1}));
  correction_ = register_buffer("correction", torch::zeros({options.width}));
  steps_ = register_buffer("steps", torch::zeros({1}));
}

torch::Tensor PowerNorm::normalise(const torch::Tensor& x, const torch::Tensor& mask) {
  const torch::Tensor scaled = options_.groups > 0 ? group_scaling(x, options_.groups) : x;
  if (is_training()) return train(scaled, mask);
  return scaled / (psi() + kPowerEpsilon).sqrt() * weight_ + bias_;
}

torch::Tensor PowerNorm::train(const torch::Tensor& x, const torch::Tensor& mask) {
  if (options_.rule == PowerRule::kExact) {
    const torch::Tensor q = mean_of_words(x.square(), mask);
    set_psi(options_.keep_forward * psi() + (1 - options_.keep_forward) * q.detach(), mask);
    return x / (q + kPowerEpsilon).sqrt() * weight_ + bias_;
  }
  const torch::Tensor q = mean_of_words(x.detach().square(), mask);
  const bool published = options_.rule == PowerRule::kPublished;
  {
    const torch::NoGradGuard no_grad;
    steps_.add_(1);
  }
  const double step = steps_.item<double>();
  torch::Tensor psi = this->psi();
  const bool by_batch = published && step <= static_cast<double>(options_.warmup);
  const torch::Tensor scale = ((by_batch ? q : psi) + kPowerEpsilon).rsqrt();
  const torch::Tensor backward_scale = published ? (q + kPowerEpsilon).rsqrt() : scale;
  if (published && step < static_cast<double>(options_.warmup)) psi = psi * ((step - 1) / step) + q / step;
  set_psi(options_.keep_forward * psi + (1 - options_.keep_forward) * q, mask);
  return CorrectedScale::apply(x, weight_, bias_, scale,
                               Running{mask, backward_scale, correction_, options_.keep_backward, published});
}

void PowerNorm::set_psi(const torch::Tensor& psi, const torch::Tensor& mask) {
  const torch::NoGradGuard no_grad;
  power_words_.lerp_(mask.sum().view({1}), 1 - options_.keep_forward);
  power_sum_.copy_(psi * power_words_);
}

}  // namespace covey::nn
