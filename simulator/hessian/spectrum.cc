#include "simulator/hessian/spectrum.h"

#include "common/curvature/power_iteration.h"
#include "common/curvature/probes.h"

namespace covey::simulator {

namespace {

using curvature::Hessian;
using curvature::ParameterVector;

/// Streams of the three kinds of random vectors, told apart by the round of their key.
enum class Use : std::uint32_t { kTrace = 0, kEigenvalues = 1, kLanczos = 2 };

Stream stream_of(Use use, std::uint64_t seed) {
  StreamId id;
  id.purpose = Purpose::kCurvature;
  id.round = static_cast<std::uint32_t>(use);
  return {seed, id};
}

Result<std::vector<Eigenvalue>> eigenvalues_of(const Hessian& hessian, int count,
                                               const SpectrumOptions& options) {
  const Stream stream = stream_of(Use::kEigenvalues, options.seed);
  const auto start = [&](int j) {
    return curvature::gaussian(hessian.parameters(), stream, static_cast<std::uint32_t>(j));
  };
  COVEY_ASSIGN_OR_RETURN(const auto pairs,
                         curvature::top_eigenpairs(hessian.as_operator(), start,
                                                   {count, options.iterations, options.tolerance}));
  std::vector<Eigenvalue> values;
  for (const auto& pair : pairs) values.push_back({pair.value, pair.residual, pair.converged});
  return values;
}

Result<curvature::TraceEstimate> trace_of(const Hessian& hessian, const SpectrumOptions& options) {
  const Stream stream = stream_of(Use::kTrace, options.seed);
  const auto probe = [&](std::uint32_t number) {
    return curvature::rademacher(hessian.parameters(), stream, number);
  };
  return curvature::estimate_trace(hessian, probe, options.traces);
}

Result<std::vector<LayerCurvature>> layers_of(nn::Model& model, const curvature::BatchedLoss& loss,
                                              const curvature::TraceEstimate& trace,
                                              const SpectrumOptions& options) {
  std::vector<LayerCurvature> layers;
  for (const auto& parameter : model.named_parameters()) {
    const Hessian block({parameter.value()}, loss);
    COVEY_ASSIGN_OR_RETURN(const auto top, eigenvalues_of(block, 1, options));
    layers.push_back({parameter.key(), parameter.value().numel(), trace.blocks[layers.size()], top[0]});
  }
  return layers;
}

Result<curvature::Density> density_of(const Hessian& hessian, const SpectrumOptions& options) {
  const Stream stream = stream_of(Use::kLanczos, options.seed);
  std::vector<curvature::Quadrature> runs;
  for (int run = 0; run < options.lanczos_runs; ++run) {
    const ParameterVector start =
        curvature::rademacher(hessian.parameters(), stream, static_cast<std::uint32_t>(run));
    COVEY_ASSIGN_OR_RETURN(auto quadrature,
                           curvature::lanczos(hessian.as_operator(), start, options.lanczos_steps));
    runs.push_back(std::move(quadrature));
  }
  return curvature::spectral_density(runs, options.smoothing);
}

}  // namespace

Result<Spectrum> measure_spectrum(nn::Model& model, const curvature::BatchedLoss& loss,
                                  const SpectrumOptions& options) {
  model.eval();
  const Hessian hessian(model.parameters(), loss);
  Spectrum spectrum;
  if (options.top > 0) {
    COVEY_ASSIGN_OR_RETURN(spectrum.eigenvalues, eigenvalues_of(hessian, options.top, options));
  }
  if (options.trace || options.per_layer) {
    COVEY_ASSIGN_OR_RETURN(spectrum.trace, trace_of(hessian, options));
  }
  if (options.per_layer) {
    COVEY_ASSIGN_OR_RETURN(spectrum.layers, layers_of(model, loss, *spectrum.trace, options));
  }
  if (options.density) {
    COVEY_ASSIGN_OR_RETURN(spectrum.density, density_of(hessian, options));
  }
  return spectrum;
}

}  // namespace covey::simulator
