#pragma once

#include "common/base/file.h"
#include "simulator/report/results.h"

namespace covey::simulator {

/// What a finished run left in `dir`; without axis values.
///   errors  kNotFound when there is no finished run
Result<RunResult> read_run(const fs::path& dir);

/// The run in `dir` as the only one of a report.
Result<Results> results_of_run(const fs::path& dir);

}  // namespace covey::simulator
