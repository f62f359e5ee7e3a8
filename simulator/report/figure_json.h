#pragma once

#include <string>
#include <vector>

#include "simulator/report/figure.h"

namespace covey::simulator {

/// What page.js draws: an array with an object for each figure that is not a heat map, with its id, axes,
/// marks, looks and points; NaN is null. Fit to stand inside <script type="application/json">.
std::string to_script_json(const std::vector<Figure>& figures);

}  // namespace covey::simulator
