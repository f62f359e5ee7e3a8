#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "simulator/report/run_groups.h"

/// How series and cells look, in the SVG files and in the page alike.
namespace covey::simulator {

enum class Marker { kCircle, kSquare, kTriangle, kDiamond };

/// "circle", "square", "triangle" or "diamond"
const char* marker_name(Marker marker);

struct SeriesStyle {
  const char* color;          ///< "#0072b2"
  std::array<int, 4> dashes;  ///< lengths of strokes and gaps in pixels; all 0: a solid line
  Marker marker;
  bool hollow;
};

/// The look of series `index`. kLinesMax of them differ in colour, in dashes and in marker, so that they can
/// be told apart without colours; then they repeat.
const SeriesStyle& series_style(std::size_t index);

/// From almost white at 0 to dark blue at 1: "rgb(r,g,b)". Gets darker all the way, so that it survives a
/// black-and-white print.
std::string heat_color(double share);
/// Of text on that colour.
const char* heat_text_color(double share);

/// How far series `index` of `count` stands beside the middle of a category, so that whiskers do not cover
/// each other.
double dodge(std::size_t index, std::size_t count);

}  // namespace covey::simulator
