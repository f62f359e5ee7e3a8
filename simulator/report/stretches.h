#pragma once

#include <vector>

#include "simulator/report/figure.h"

namespace covey::simulator {

/// The points between the gaps (NaN) of a line.
std::vector<std::vector<Point>> stretches(const Series& series);

/// Which points of a line get a marker: all of a few, else about eight, which stand elsewhere on each line.
std::vector<bool> marked_points(const Figure& figure, std::size_t series_index);

}  // namespace covey::simulator
