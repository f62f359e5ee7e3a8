#pragma once

#include <optional>
#include <string>

#include "common/curvature/density.h"
#include "common/curvature/trace.h"
#include "common/nn/model.h"

namespace covey::simulator {

struct SpectrumOptions {
  int top = 0;  ///< how many eigenvalues
  bool trace = false;
  bool per_layer = false;  ///< trace and largest eigenvalue of every parameter's block
  bool density = false;
  int iterations = 100;     ///< of an eigenvalue, at most
  double tolerance = 1e-3;  ///< of an eigenvalue's residual
  curvature::TraceOptions traces;
  int lanczos_steps = 100;
  int lanczos_runs = 1;
  curvature::DensityOptions smoothing;
  std::uint64_t seed = 1;  ///< of probes and first vectors
};

struct Eigenvalue {
  double value = 0;
  double residual = 0;
  bool converged = false;
};

struct LayerCurvature {
  std::string name;
  std::int64_t parameters = 0;
  curvature::Estimate trace;
  std::optional<Eigenvalue> top;
};

/// What the Hessian of a loss looks like at a model's parameters.
struct Spectrum {
  std::vector<Eigenvalue> eigenvalues;  ///< of largest magnitude
  std::optional<curvature::TraceEstimate> trace;
  std::vector<LayerCurvature> layers;  ///< in the model's order
  std::optional<curvature::Density> density;
};

/// Measures what `options` ask for, with the model in eval mode.
///   errors  those of curvature::Hessian
Result<Spectrum> measure_spectrum(nn::Model& model, const curvature::BatchedLoss& loss,
                                  const SpectrumOptions& options);

}  // namespace covey::simulator
