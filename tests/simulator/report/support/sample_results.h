#pragma once

#include <string>
#include <vector>

#include "simulator/report/results.h"

namespace covey::testing {

/// A finished run without rounds: accuracy 0..1, sizes in bytes.
simulator::RunResult finished_run(std::vector<std::string> values, std::uint64_t seed, double accuracy);

/// A committed round in which ten users took part and every class got as many labels.
store::RoundRecord plain_round(std::uint32_t round);

/// Gives the run a round for each accuracy; NaN: the round was not evaluated. Sets the summary to fit.
void add_rounds(const std::vector<double>& accuracies, simulator::RunResult& run);

/// One run of five rounds, seed 7, with everything that a round can have.
simulator::Results single_run();

/// Two numeric keys (asked for out of order), three by two values, and two seeds each. Everything varies with
/// the values, the seed and the round, so that a number in the wrong place is a wrong number.
simulator::Results grid_sweep();

/// One key with names, three seeds.
simulator::Results text_sweep();

}  // namespace covey::testing
