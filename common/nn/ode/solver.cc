#include "common/nn/ode/solver.h"

#include "common/base/registry.h"

namespace covey::nn {

namespace {

torch::Tensor change_of_step(const OdeField& field, double t, const torch::Tensor& z, double dt,
                             OdeMethod method) {
  const torch::Tensor k1 = field(t, z);
  if (method == OdeMethod::kEuler) return k1;
  const torch::Tensor k2 = field(t + dt / 2, z + k1 * (dt / 2));
  if (method == OdeMethod::kMidpoint) return k2;
  const torch::Tensor k3 = field(t + dt / 2, z + k2 * (dt / 2));
  const torch::Tensor k4 = field(t + dt, z + k3 * dt);
  return (k1 + 2 * k2 + 2 * k3 + k4) / 6;
}

}  // namespace

Result<OdeMethod> parse_ode_method(const std::string& name) {
  static const auto methods = Registry<OdeMethod>("method of an ODE")
                                  .add("euler", OdeMethod::kEuler)
                                  .add("rk2", OdeMethod::kMidpoint)
                                  .add("rk4", OdeMethod::kRungeKutta4);
  return methods.find(name);
}

std::int64_t calls_of_step(OdeMethod method) {
  switch (method) {
    case OdeMethod::kEuler:
      return 1;
    case OdeMethod::kMidpoint:
      return 2;
    default:
      return 4;
  }
}

torch::Tensor integrate(const OdeField& field, torch::Tensor z, std::int64_t steps, OdeMethod method) {
  const double dt = 1.0 / static_cast<double>(steps);
  for (std::int64_t n = 0; n < steps; ++n)
    z = z + change_of_step(field, static_cast<double>(n) * dt, z, dt, method) * dt;
  return z;
}

}  // namespace covey::nn
