#include "common/nn/ode/evolution.h"

#include <cmath>

#include "common/base/check.h"

namespace covey::nn {

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kFirstDiffusion = 1e-3;

/// Frequencies of a periodic line of `size` points, as of a discrete Fourier transform.
torch::Tensor frequencies(std::int64_t size, const torch::TensorOptions& options) {
  torch::Tensor numbers = torch::arange(size, options);
  numbers = torch::where(numbers.gt((size - 1) / 2), numbers - size, numbers);
  return numbers * (2 * kPi / static_cast<double>(size));
}

/// Frequencies (x, y) of each of the plane's points, row by row: two vectors of size * size values.
struct Plane {
  Plane(std::int64_t size, const torch::TensorOptions& options) {
    const torch::Tensor line = frequencies(size, options);
    const torch::Tensor places = torch::arange(size, options);
    const auto columns = [&](const torch::Tensor& v) { return v.expand({size, size}).reshape({-1}); };
    const auto rows = [&](const torch::Tensor& v) {
      return v.unsqueeze(1).expand({size, size}).reshape({-1});
    };
    x = columns(line);
    y = rows(line);
    // Phase of frequency k between places n and m: k . (n - m).
    const auto between = [](const torch::Tensor& v) { return v.unsqueeze(1) - v.unsqueeze(0); };
    phase = x.view({-1, 1, 1}) * between(columns(places)) + y.view({-1, 1, 1}) * between(rows(places));
  }

  torch::Tensor x;
  torch::Tensor y;
  torch::Tensor phase;  ///< frequency x to x from
};

}  // namespace

// In place of two transforms: with m and p the size and phase of exp(t (...)) at frequency k of the K points,
// w_t[n] = sum over m' of w[m'] (1 / K) sum over k of m_k cos(p_k + k . (n - m')).
torch::Tensor evolve(const torch::Tensor& weight, const torch::Tensor& diffusion,
                     const torch::Tensor& advection_x, const torch::Tensor& advection_y,
                     const torch::Tensor& reaction, double t) {
  const std::int64_t size = weight.size(3);
  const std::int64_t points = size * size;
  const Plane plane(size, weight.options().requires_grad(false));
  const auto column = [](const torch::Tensor& v) { return v.unsqueeze(1); };
  const torch::Tensor growth = column(reaction) - column(diffusion) * (plane.x.square() + plane.y.square());
  const torch::Tensor turn = (column(advection_x) * plane.x + column(advection_y) * plane.y) * t;
  const torch::Tensor magnitude = (growth * t).exp() / static_cast<double>(points);
  const torch::Tensor step = torch::matmul(magnitude * turn.cos(), plane.phase.cos().view({points, -1})) -
                             torch::matmul(magnitude * turn.sin(), plane.phase.sin().view({points, -1}));
  const torch::Tensor by_point = step.view({weight.size(0), points, points}).transpose(1, 2);
  return torch::bmm(weight.reshape({weight.size(0), weight.size(1), points}), by_point).view_as(weight);
}

EvolutionImpl::EvolutionImpl(std::int64_t out, std::int64_t kernel) : kernel_(kernel) {
  COVEY_CHECK(kernel % 2 == 1, kernel);
  diffusion_ = register_parameter("diffusion", torch::zeros({out}));
  advection_x_ = register_parameter("advection_x", torch::zeros({out}));
  advection_y_ = register_parameter("advection_y", torch::zeros({out}));
  reaction_ = register_parameter("reaction", torch::zeros({out}));
}

torch::Tensor EvolutionImpl::at(const torch::Tensor& weight, double t) const {
  if (t == 0) return weight;
  static const double kShift = std::log(std::expm1(kFirstDiffusion));
  return evolve(weight, torch::softplus(diffusion_ + kShift), advection_x_, advection_y_, reaction_, t);
}

}  // namespace covey::nn
