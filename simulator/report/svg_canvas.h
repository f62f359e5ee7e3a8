#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "simulator/report/style.h"

namespace covey::simulator {

/// Width of text in pixels, rather too large than too small: the reader's font is not known.
double text_width(std::string_view text, double size);

/// Breaks text between words into lines that are at most `width` pixels wide.
std::vector<std::string> wrap_text(const std::string& text, double size, double width);

struct TextStyle {
  double size = 12;
  const char* anchor = "middle";  ///< start | middle | end
  const char* color = "#1b2733";
  bool bold = false;
  double turn = 0;  ///< degrees clockwise around the text's place
};

struct Place {
  double x = 0;
  double y = 0;
};

/// Collects SVG elements. Coordinates are pixels, y downwards.
class SvgCanvas {
 public:
  void text(Place at, std::string_view text, const TextStyle& style);
  void line(Place from, Place to, const char* color, double width);
  void rectangle(Place corner, double width, double height, const std::string& color,
                 const std::string& attributes = "", const std::string& tip = "");
  /// A line through the places with the look of a series.
  void path(const std::vector<Place>& places, const SeriesStyle& style);
  void area(const std::vector<Place>& corners, const char* color, double opacity);
  void marker(Place at, const SeriesStyle& style);

  /// What follows is cut off outside this rectangle, until end_clip().
  void begin_clip(Place corner, double width, double height);
  void end_clip();

  /// The document, with `title` and `description` for screen readers.
  std::string finish(double width, double height, const std::string& title,
                     const std::string& description) const;

 private:
  std::string body_;
};

/// The first line of every drawing; a report knows the files of an earlier one by it.
inline constexpr const char* kSvgMark = "<!-- covey-sim report -->\n";

}  // namespace covey::simulator
