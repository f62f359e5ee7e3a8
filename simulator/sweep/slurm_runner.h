#pragma once

#include "simulator/sweep/sweep_runner.h"

namespace covey::simulator {

/// Like run_sweep(), with every run a task of a Slurm job array; parts.jobs tasks run at a time. Submits what
/// has to be run, unless a job of this sweep still does, then follows it and takes results as they come.
///   errors  as run_sweep(); a stop leaves the job running
///           kUnavailable with what sbatch says
Status run_sweep_on_slurm(const SweepParts& parts);

}  // namespace covey::simulator
