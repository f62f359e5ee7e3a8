#pragma once

#include <string>

#include "simulator/report/figure.h"

namespace covey::simulator {

/// Which words stand around the plot.
enum class SvgWords {
  kAll,       ///< title above, caption below: a file of its own
  kAxesOnly,  ///< inside a page that writes title and caption itself
};

/// A self-contained drawing on white, at most 760 units wide. Every cell of a heat map carries its number,
/// exact, as `data-value`.
std::string to_svg(const Figure& figure, SvgWords words = SvgWords::kAll);

}  // namespace covey::simulator
