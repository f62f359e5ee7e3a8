#pragma once

#include "simulator/sweep/grid.h"

namespace covey::simulator {

/// Whether every run of the plan can start: its experiment is valid, and its data set is there and large
/// enough for its partition. Data sets are loaded once for all runs that share them.
///   errors  kInvalidArgument (or what the reader says) with the run's name in front
///   returns the cost of every run: images in all its local steps
Result<std::vector<double>> check_cells(const std::string& experiment_file,
                                        const std::vector<std::string>& sets, const std::vector<Axis>& axes,
                                        const std::vector<PlannedRun>& runs);

}  // namespace covey::simulator
