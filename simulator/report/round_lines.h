#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "simulator/report/figure.h"
#include "simulator/report/run_groups.h"

/// Lines over the rounds of runs.
namespace covey::simulator {

/// One number of a round. Empty: the round has none, and the line passes over it. NaN: it has none though it
/// should, and the line has a gap.
using RoundQuantity = std::function<std::optional<double>(const store::RoundRecord&)>;

/// Where the rounds of a run stand on the x axis: one number a round.
using RoundPositions = std::function<std::vector<double>(const RunResult&)>;

/// 1, 2, 3 ...: rounds committed so far.
std::vector<double> round_numbers(const RunResult& run);
/// Megabytes exchanged so far, both directions.
std::vector<double> megabytes_so_far(const RunResult& run);
/// Hours on the experiment's devices so far.
std::vector<double> hours_so_far(const RunResult& run);

/// The mean over the group's runs, round by round; x and y over the same runs.
Series round_line(const RunGroup& group, const RoundPositions& positions, const RoundQuantity& quantity);

/// A kLine figure of a panel with empty axes; `what` is its title.
Figure round_figure(const Panel& panel, const std::string& what, const RoundPositions& positions,
                    const RoundQuantity& quantity);

/// Is there a point with a number?
bool has_points(const Figure& figure);

}  // namespace covey::simulator
