#pragma once

#include "simulator/report/figure.h"
#include "simulator/report/svg_canvas.h"

/// The parts of to_svg(). Each draws below `top` and returns its lower right corner.
namespace covey::simulator {

inline constexpr double kSvgWidth = 760;
inline constexpr double kSvgMargin = 12;
inline constexpr double kTickSize = 11.5;
inline constexpr double kLabelSize = 12.5;

inline constexpr const char* kInk = "#1b2733";
inline constexpr const char* kPaleInk = "#54616d";
inline constexpr const char* kGridColor = "#e3e8ed";
inline constexpr const char* kFrameColor = "#8896a3";

/// Axes, lines, dots or bars, and the legend (svg_plot.cc).
Place draw_plot(const Figure& figure, double top, SvgCanvas& canvas);

/// Cells, their names and the scale of colours (svg_heat_map.cc).
Place draw_heat_map(const Figure& figure, double top, SvgCanvas& canvas);

/// `text`, or its beginning and "..." when it is wider than `width`.
std::string fit_text(const std::string& text, double size, double width);

/// Names below an axis, written slanting where they have no room side by side.
struct NameRow {
  std::vector<double> places;  ///< x of each name
  std::vector<std::string> names;
  double room = 0;  ///< pixels between neighbours

  /// Degrees; 0 where all names have room, and the steeper the closer they stand.
  double slant() const;
  double height() const;
  /// Where the leftmost name begins.
  double left_end() const;
  void draw(double y, SvgCanvas& canvas) const;
};

}  // namespace covey::simulator
