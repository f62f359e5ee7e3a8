#pragma once

#include <vector>

#include "simulator/report/figure.h"
#include "simulator/report/results.h"

namespace covey::simulator {

/// Everything that a report draws, in its order. A figure that would be empty is left out; ids are unique.
/// Needs at least one finished run.
std::vector<Figure> make_figures(const Results& results);

}  // namespace covey::simulator
