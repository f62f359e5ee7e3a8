#pragma once

#include <cstdint>
#include <string>

#include "common/base/status.h"

namespace covey::nn {

enum class OdeMethod { kEuler, kMidpoint, kRungeKutta4 };

/// euler | rk2 (midpoint) | rk4; kInvalidArgument for anything else.
Result<OdeMethod> parse_ode_method(const std::string& name);

/// How a residual block is an ODE.
struct OdeOptions {
  /// 0: its weights stand still (ANODE; with one Euler step, an ordinary residual block)
  /// 1: weights move along with the activations
  /// 2: weights move to time 1 first, then one Euler step of the activations uses them
  int configuration = 1;
  std::int64_t steps = 2;
  OdeMethod method = OdeMethod::kEuler;
  bool checkpoint = true;  ///< keep the block's input only and compute the rest again in the backward
};

}  // namespace covey::nn
