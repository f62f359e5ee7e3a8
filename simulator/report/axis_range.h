#pragma once

#include <string>
#include <vector>

#include "simulator/report/figure.h"

namespace covey::simulator {

/// What an axis shows and where its marks stand, in the values' unit.
struct AxisRange {
  double low = 0;
  double high = 1;
  bool log = false;
  std::vector<double> ticks;  ///< inside [low, high], ascending
  std::vector<std::string> tick_texts;

  /// 0 at `low`, 1 at `high`.
  double place(double value) const;
};

/// The x axis ends at the outermost values; swept values get a little room beside them.
AxisRange x_range(const Figure& figure);

/// The y axis ends at round numbers beyond the outermost values and spreads.
AxisRange y_range(const Figure& figure);

/// Gives figures of one quantity equal axes, so that they can be compared by eye.
void share_ranges(std::vector<Figure>& figures);

}  // namespace covey::simulator
