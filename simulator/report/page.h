#pragma once

#include <string>
#include <vector>

#include "simulator/report/figure.h"
#include "simulator/report/results.h"

namespace covey::simulator {

/// One HTML page that needs no other file and no network: the runs as a table, every figure (charts by
/// Chart.js, heat maps as SVG), failed runs, and the experiment file. After it was drawn, the element with
/// the id "drawn" holds as JSON what the charts hold: [{"id", "outside", "series": [{"name", "points":
/// [{"x","y","low","high"}]}]}], where "outside" counts the points that lie outside the plot.
std::string make_page(const Results& results, const std::vector<Figure>& figures);

}  // namespace covey::simulator
