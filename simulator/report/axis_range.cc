#include "simulator/report/axis_range.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "simulator/report/number_text.h"

namespace covey::simulator {

namespace {

constexpr int kTicksWanted = 6;
/// Marks closer than this share of the axis would write over each other.
constexpr double kTickDistance = 0.06;
/// Room beside the first and the last swept value, as a share of the axis.
constexpr double kMargin = 0.04;
/// Values whose distance is a smaller share of their size are the same.
constexpr double kRounding = 1e-9;

struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void add(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool empty() const { return low > high; }
};

/// 1, 2 or 5 times a power of ten, so that `span` has about `wanted` steps, rather fewer.
double round_step(double span, int wanted) {
  const double raw = span / wanted;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  const double digit = raw / power;
  if (digit <= 1.2) return power;
  if (digit <= 2.4) return 2 * power;
  if (digit <= 6) return 5 * power;
  return 10 * power;
}

int decimals_of(double step) {
  return std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
}

std::vector<std::string> step_texts(const std::vector<double>& ticks) {
  std::vector<std::string> texts;
  const double step = ticks.size() < 2 ? 1 : ticks[1] - ticks[0];
  for (const double tick : ticks) {
    texts.push_back(step < 1e-4 || step >= 1e7 ? short_text(tick) : fixed_text(tick, decimals_of(step)));
  }
  return texts;
}

/// An axis over equal values still needs a length, and so does one over values that differ by rounding alone:
/// steps that small would not move a mark.
void widen(Extent& extent) {
  if (extent.empty()) extent = {0, 1};
  const double size = std::max(std::abs(extent.low), std::abs(extent.high));
  if (extent.high - extent.low > kRounding * size) return;
  const double room = extent.low == 0 ? 1 : std::abs(extent.low) / 10;
  extent = {extent.low - room, extent.high + room};
}

Extent x_extent(const Figure& figure) {
  Extent extent;
  for (const Series& series : figure.series) {
    for (const Point& point : series.points) extent.add(point.x);
  }
  return extent;
}

void add_spread(const Point& point, Extent& extent) {
  extent.add(point.y);
  if (!point.spread) return;
  extent.add(point.spread->low);
  extent.add(point.spread->high);
}

/// Heights of the stacked columns.
Extent stacked_extent(const Figure& figure) {
  std::map<double, double> heights;
  for (const Series& series : figure.series) {
    for (const Point& point : series.points) {
      if (std::isfinite(point.y)) heights[point.x] += point.y;
    }
  }
  Extent extent;
  for (const auto& [x, height] : heights) extent.add(height);
  return extent;
}

Extent y_extent(const Figure& figure) {
  if (figure.kind == Figure::Kind::kBars) return stacked_extent(figure);
  Extent extent;
  for (const Series& series : figure.series) {
    for (const Point& point : series.points) add_spread(point, extent);
  }
  return extent;
}

void add_reach(const FigureAxis& axis, Extent& extent) {
  if (!axis.reach) return;
  extent.add(axis.reach->low);
  extent.add(axis.reach->high);
}

AxisRange category_range(const std::vector<std::string>& categories) {
  AxisRange range{-0.5, static_cast<double>(categories.size()) - 0.5, false, {}, categories};
  for (std::size_t i = 0; i < categories.size(); ++i) range.ticks.push_back(static_cast<double>(i));
  return range;
}

std::vector<double> ticks_inside(const AxisRange& range, double step) {
  std::vector<double> ticks;
  const double slack = step * 1e-9;
  for (double i = std::ceil((range.low - slack) / step); i * step <= range.high + slack; ++i) {
    ticks.push_back(i * step);
  }
  return ticks;
}

/// Leaves out marks that stand too close to the one before them.
void thin_ticks(AxisRange& range) {
  std::vector<double> kept;
  for (const double tick : range.ticks) {
    if (kept.empty() || range.place(tick) - range.place(kept.back()) >= kTickDistance) kept.push_back(tick);
  }
  range.ticks = std::move(kept);
}

/// A range whose marks are the swept values themselves.
AxisRange swept_range(const FigureAxis& axis, Extent extent) {
  AxisRange range;
  range.log = axis.scale == FigureAxis::Scale::kLog;
  if (range.log && extent.low < extent.high) {
    const double room = std::pow(extent.high / extent.low, kMargin);
    range.low = extent.low / room;
    range.high = extent.high * room;
  } else {
    widen(extent);
    const double room = (extent.high - extent.low) * kMargin;
    range.low = extent.low - room;
    range.high = extent.high + room;
  }
  range.ticks = axis.ticks;
  thin_ticks(range);
  for (const double tick : range.ticks) range.tick_texts.push_back(exact_text(tick));
  return range;
}

}  // namespace

double AxisRange::place(double value) const {
  if (log) return std::log(value / low) / std::log(high / low);
  return (value - low) / (high - low);
}

AxisRange x_range(const Figure& figure) {
  const FigureAxis& axis = figure.x;
  if (axis.scale == FigureAxis::Scale::kCategory) return category_range(axis.categories);
  Extent extent = x_extent(figure);
  add_reach(axis, extent);
  if (!axis.ticks.empty()) return swept_range(axis, extent);
  widen(extent);
  const double step = round_step(extent.high - extent.low, kTicksWanted + 2);
  AxisRange range{extent.low, extent.high, false, {}, {}};
  range.ticks = ticks_inside(range, axis.whole_numbers ? std::max(1.0, step) : step);
  range.tick_texts = step_texts(range.ticks);
  return range;
}

AxisRange y_range(const Figure& figure) {
  const FigureAxis& axis = figure.y;
  Extent extent = y_extent(figure);
  add_reach(axis, extent);
  if (axis.from_zero) extent.add(0);
  widen(extent);
  const double step = round_step(extent.high - extent.low, kTicksWanted);
  AxisRange range;
  range.low = std::floor(extent.low / step + 1e-9) * step;
  range.high = std::ceil(extent.high / step - 1e-9) * step;
  if (axis.floor) range.low = std::max(range.low, *axis.floor);
  if (axis.ceiling) range.high = std::min(range.high, *axis.ceiling);
  range.ticks = ticks_inside(range, step);
  range.tick_texts = step_texts(range.ticks);
  return range;
}

void share_ranges(std::vector<Figure>& figures) {
  Extent x;
  Extent y;
  for (const Figure& figure : figures) {
    for (const double value : {x_extent(figure).low, x_extent(figure).high}) x.add(value);
    for (const double value : {y_extent(figure).low, y_extent(figure).high}) y.add(value);
  }
  if (x.empty() || y.empty()) return;
  for (Figure& figure : figures) {
    figure.x.reach = Spread{x.low, x.high};
    figure.y.reach = Spread{y.low, y.high};
  }
}

}  // namespace covey::simulator
