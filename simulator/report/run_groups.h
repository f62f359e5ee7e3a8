#pragma once

#include <string>
#include <vector>

#include "simulator/report/results.h"

/// Which runs are drawn together, and how many lines fit into one figure.
namespace covey::simulator {

/// A swept key of which at least two values have a finished run.
struct DrawnAxis {
  std::size_t index = 0;            ///< in Results::axes
  std::string key;                  ///< "federation.noniid"
  std::string name;                 ///< "noniid", or the key where two keys end alike
  std::vector<std::string> values;  ///< numbers in their order, text as asked for
  std::vector<double> numbers;      ///< parallel to `values`; empty when one of them is text
};

std::vector<DrawnAxis> drawn_axes(const Results& results);

/// Runs that are drawn as one line, bar or cell.
struct RunGroup {
  std::string name;  ///< "noniid 0.4, bits 8"; "seed 1" or "all runs" where no key tells them apart
  std::vector<const RunResult*> runs;
};

std::vector<const RunResult*> all_runs(const Results& results);

/// Runs with equal values of `axes`, in the order of the values, the first axis outermost.
std::vector<RunGroup> group_runs(const std::vector<const RunResult*>& runs,
                                 const std::vector<DrawnAxis>& axes);

/// The lines of one figure.
struct Panel {
  std::string where;  ///< what sets it apart from its neighbours: "bits 8"; empty for the only one
  std::string note;   ///< a sentence for the caption; may be empty
  std::vector<RunGroup> lines;
};

/// More lines than this in one figure cannot be told apart.
inline constexpr std::size_t kLinesMax = 8;
/// More figures than this of one quantity are not looked at.
inline constexpr std::size_t kPanelsMax = 8;

/// Spreads the groups that `axes` tell apart over figures of at most kLinesMax lines: one figure where they
/// fit, else one for each value of the other keys, and where these are more than kPanelsMax, one for each key
/// with means over the other keys.
std::vector<Panel> panels(const std::vector<const RunResult*>& runs, const std::vector<DrawnAxis>& axes);

/// "Mean of 3 runs; the band is one standard deviation to either side." for the runs of a line; `spread`
/// names what shows it. Nothing for a single run.
std::string spread_sentence(const std::vector<RunGroup>& lines, const std::string& spread);

}  // namespace covey::simulator
