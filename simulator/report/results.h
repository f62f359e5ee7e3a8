#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/program/summary.h"
#include "common/store/run_records.h"

/// What a report shows, as plain values: read from a sweep or from a single run, drawn without knowing which.
namespace covey::simulator {

/// One swept key and the values that it takes, in the order asked for.
struct Axis {
  std::string key;                  ///< "federation.noniid"
  std::vector<std::string> values;  ///< as in an experiment file, text without quotes: "0.4", "cnn"
};

/// Images per class: who holds what.
struct ClassHistogram {
  std::vector<std::uint32_t> server;
  std::vector<std::vector<std::uint32_t>> users;  ///< K rows; every row has as many classes as `server`
};

/// A finished run.
struct RunResult {
  std::vector<std::string> values;  ///< one per axis
  std::uint64_t seed = 0;
  program::Summary summary;
  std::vector<store::RoundRecord> rounds;  ///< element r is round r; `state` is not filled
  std::optional<ClassHistogram> partition;
};

/// A run that ended without a result.
struct FailedRun {
  std::vector<std::string> values;  ///< one per axis
  std::uint64_t seed = 0;
  std::string reason;
};

/// How the eigenvalues of a Hessian are spread: a density at rising values.
struct SpectralDensity {
  std::string name;
  std::vector<double> values;
  std::vector<double> density;  ///< as many; not negative
};

struct Results {
  std::string title;            ///< the experiment's name
  std::string experiment_toml;  ///< effective, complete; the axes override it
  std::vector<Axis> axes;       ///< none for a single run
  std::vector<RunResult> runs;  ///< by axis values in their order, then by seed
  std::vector<FailedRun> failed;
  std::size_t unfinished = 0;  ///< runs of the sweep that have not ended
  std::vector<SpectralDensity> densities;
};

}  // namespace covey::simulator
