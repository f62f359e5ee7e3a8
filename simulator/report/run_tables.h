#pragma once

#include <string>

#include "simulator/report/results.h"

/// Tables of the page, as HTML.
namespace covey::simulator {

/// "18 runs finished, 1 failed, 2 have not ended."
std::string counts_sentence(const Results& results);

/// A row for each setting: its values, the seeds, and what its runs ended with, as mean ± standard deviation.
/// Below it, for a single run, every field of its summary.
std::string run_table(const Results& results);

/// The failed runs with their reasons; empty when none failed.
std::string failed_table(const Results& results);

}  // namespace covey::simulator
