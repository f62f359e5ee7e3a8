#pragma once

#include "common/base/file.h"
#include "simulator/report/results.h"

namespace covey::simulator {

/// The spectral densities that `covey-sim hessian --density` wrote into `dir`: every file density*.csv, in
/// order of name. "density-batch.csv" is named "batch". Long ones are thinned, keeping every peak.
///   errors  kInvalidArgument FILE:LINE for what is not two columns of numbers
Result<std::vector<SpectralDensity>> read_densities(const fs::path& dir);

}  // namespace covey::simulator
