#pragma once

#include <string>

#include "simulator/report/results.h"

namespace covey::simulator {

/// A line of names, then a line for each finished run: the swept keys by their full names, `seed`, and the
/// other fields of summary.json in its order. Numbers read back as the same doubles; a field that a run does
/// not have is empty. Quoting follows RFC 4180; lines end with a newline only, so that line tools can read
/// the file.
std::string to_csv(const Results& results);

}  // namespace covey::simulator
