#pragma once

#include "simulator/mpi/ranks.h"
#include "simulator/workers.h"

namespace covey::simulator {

/// What every rank but 0 does: trains what it is asked to until rank 0 says that there is no more. Returns
/// the number of tasks.
Result<std::uint64_t> serve_tasks(Ranks& ranks, const learn::TrainingSetup& setup, const UserData& users,
                                  std::size_t threads);

/// Answers every task with `failure` until rank 0 ends: for a rank that could not load its data.
Status serve_failure(Ranks& ranks, const Status& failure);

}  // namespace covey::simulator
