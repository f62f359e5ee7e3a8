#pragma once

#include "common/base/file.h"
#include "simulator/report/results.h"

namespace covey::simulator {

/// Writes DIR/report.html, DIR/results.csv and a DIR/plots/NAME.svg for each figure, each file as a whole or
/// not at all. Plots of an earlier report that this one lacks are removed; other files in DIR/plots stay.
///   errors  kNotFound when no run has finished; what the disk says.
Status write_report(const Results& results, const fs::path& dir);

}  // namespace covey::simulator
