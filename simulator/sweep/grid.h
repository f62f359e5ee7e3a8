#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "simulator/report/results.h"

namespace covey::simulator {

/// Reads what `--over` says: "section.key=v1,v2,..." or "section.key=start:stop:step", stop included where
/// the steps meet it. Keys that change together are joined by '+', and so are their values:
/// "federation.users+federation.communicating=10+10,20+20".
///   errors  kInvalidArgument: no key, no or empty or repeated values, a range that is not one, joined values
///           that are not one a key; more than kAxisValuesMax values
Result<Axis> parse_axis(const std::string& text);
inline constexpr std::size_t kAxisValuesMax = 1000;

/// One run of a sweep.
struct PlannedRun {
  std::uint32_t id = 0;             ///< 0, 1, ... in the order of the plan
  std::vector<std::string> values;  ///< one per axis
  std::uint64_t seed = 0;

  friend bool operator==(const PlannedRun& a, const PlannedRun& b) {
    return a.id == b.id && a.values == b.values && a.seed == b.seed;
  }
};

/// All combinations of the axes' values, the last axis fastest, each with the seeds first_seed,
/// first_seed + 1, ...
///   errors  kInvalidArgument: two axes with one key, or more than kPlannedRunsMax runs
Result<std::vector<PlannedRun>> plan_runs(const std::vector<Axis>& axes, std::uint64_t first_seed,
                                          std::uint64_t seeds);
inline constexpr std::size_t kPlannedRunsMax = 100000;

/// The run's overrides of the experiment file: "section.key=value" for every axis, and its seed.
std::vector<std::string> overrides_of(const std::vector<Axis>& axes, const PlannedRun& run);

/// "federation.noniid=0.4 federation.period=8 seed=2"
std::string name_of(const std::vector<Axis>& axes, const std::vector<std::string>& values,
                    std::uint64_t seed);

}  // namespace covey::simulator
