#pragma once

#include <cstdint>
#include <functional>

#include "common/nn/ode/options.h"
#include "common/nn/torch.h"

namespace covey::nn {

/// dz/dt at time t in [0, 1].
using OdeField = std::function<torch::Tensor(double t, const torch::Tensor& z)>;

/// How often a step calls the field: 1, 2 or 4 times.
std::int64_t calls_of_step(OdeMethod method);

/// z at time 1 from z at time 0, in `steps` equal steps.
torch::Tensor integrate(const OdeField& field, torch::Tensor z, std::int64_t steps, OdeMethod method);

}  // namespace covey::nn
