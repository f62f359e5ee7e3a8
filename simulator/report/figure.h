#pragma once

#include <optional>
#include <string>
#include <vector>

/// A figure as plain values: what is drawn, not how. `svg.h` and `page.h` draw it.
namespace covey::simulator {

struct Spread {
  double low = 0;
  double high = 0;
};

struct FigureAxis {
  enum class Scale { kLinear, kLog, kCategory };

  std::string label;  ///< "final accuracy"
  std::string unit;   ///< "%"; empty for a plain number
  Scale scale = Scale::kLinear;
  std::vector<std::string> categories;  ///< kCategory: the i-th stands at i
  std::vector<double> ticks;            ///< wanted marks (kLog needs them); empty: round numbers that fit
  bool whole_numbers = false;           ///< no marks between whole numbers
  bool from_zero = false;               ///< the axis shows 0
  std::optional<Spread> reach;          ///< the axis shows at least this
  std::optional<double> floor;          ///< nothing lies below, so the axis ends there at the latest
  std::optional<double> ceiling;
};

/// "final accuracy (%)"
std::string axis_text(const FigureAxis& axis);

struct Point {
  double x = 0;
  double y = 0;  ///< NaN: a gap in the line
  std::optional<Spread> spread;
};

struct Series {
  std::string name;
  std::vector<Point> points;
};

/// A number for every pair of a row and a column.
struct HeatMap {
  std::vector<std::string> rows;
  std::vector<std::string> columns;
  std::vector<std::vector<double>> values;  ///< rows x columns; NaN: an empty cell
  std::string label;                        ///< what the numbers are: "mean final accuracy"
  std::string unit;
  int decimals = 0;       ///< of the numbers in the cells
  bool from_zero = true;  ///< the palest colour is 0, not the smallest number
};

struct Figure {
  enum class Kind {
    kLine,
    kDots,     ///< markers over categories
    kBars,     ///< over categories, the series stacked
    kHeatMap,  ///< `heat_map` instead of `series`; the axes have labels only
  };
  enum class SpreadStyle { kBand, kWhiskers };

  std::string id;       ///< "accuracy-per-round": unique in a report, fit for a file name
  std::string section;  ///< the heading that it stands under
  std::string title;
  std::string caption;  ///< whole sentences: what a point and its spread are
  Kind kind = Kind::kLine;
  FigureAxis x;
  FigureAxis y;
  SpreadStyle spread = SpreadStyle::kBand;
  std::vector<Series> series;
  HeatMap heat_map;
};

}  // namespace covey::simulator
