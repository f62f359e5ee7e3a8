#pragma once

#include "common/curvature/hessian.h"

namespace covey::curvature {

/// A mean over probes.
struct Estimate {
  double mean = 0;
  double standard_error = 0;  ///< infinite for one probe
};

struct TraceEstimate {
  Estimate total;
  std::vector<Estimate> blocks;  ///< of every parameter: the trace of its diagonal block
  int probes = 0;
  bool converged = false;
};

struct TraceOptions {
  int probes_min = 10;
  int probes_max = 100;
  /// Ends when the standard error of the total is below this share of it. The common rule, that the running
  /// mean moves little from one probe to the next, ends by luck.
  double tolerance = 0.01;
};

/// z' H z of the whole and of every parameter's part of it, for one probe z. The values of several data
/// sets, weighted by their samples, are those of all data together.
struct ProbeAnswer {
  std::vector<double> blocks;  ///< z_l . (H z)_l
};

/// The answers to probes `first` .. `first + count - 1`; one graph a batch serves all of them.
///   probe   the vector of that number; values +1 and -1
///   errors  those of the Hessian; kInternal when a product is not finite
Result<std::vector<ProbeAnswer>> answer_probes(const Hessian& hessian,
                                               const std::function<ParameterVector(std::uint32_t)>& probe,
                                               std::uint32_t first, std::uint32_t count);

/// What the answers say: means and standard errors.
TraceEstimate summarise(const std::vector<ProbeAnswer>& answers);

/// Hutchinson's estimate of the trace, and of the trace of every parameter's block
/// (second-order-and-models.md B.3, B.5).
Result<TraceEstimate> estimate_trace(const Hessian& hessian,
                                     const std::function<ParameterVector(std::uint32_t)>& probe,
                                     const TraceOptions& options);

}  // namespace covey::curvature
