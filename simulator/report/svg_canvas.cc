#include "simulator/report/svg_canvas.h"

#include <algorithm>
#include <sstream>

#include "simulator/report/markup.h"
#include "simulator/report/number_text.h"

namespace covey::simulator {

namespace {

/// Mean width of a character over the font size, of a wide sans serif.
constexpr double kCharacterWidth = 0.6;
constexpr double kMarkerRadius = 4;

std::string number(double value) {
  return fixed_text(value, 2);
}

std::string attribute(const char* name, double value) {
  return std::string(" ") + name + "=\"" + number(value) + "\"";
}

std::string attribute(const char* name, const std::string& value) {
  return std::string(" ") + name + "=\"" + value + "\"";
}

std::string points(const std::vector<Place>& places) {
  std::string text;
  for (const Place& place : places) text += number(place.x) + "," + number(place.y) + " ";
  if (!text.empty()) text.pop_back();
  return text;
}

std::string dash_text(const SeriesStyle& style) {
  std::string text;
  for (const int length : style.dashes) text += (text.empty() ? "" : " ") + std::to_string(length);
  return text;
}

std::vector<Place> outline(Marker marker, Place at) {
  const double r = kMarkerRadius;
  switch (marker) {
    case Marker::kSquare:
      return {{at.x - r, at.y - r}, {at.x + r, at.y - r}, {at.x + r, at.y + r}, {at.x - r, at.y + r}};
    case Marker::kTriangle:
      return {{at.x, at.y - r - 1}, {at.x + r + 0.5, at.y + r}, {at.x - r - 0.5, at.y + r}};
    default:
      return {{at.x, at.y - r - 1}, {at.x + r + 1, at.y}, {at.x, at.y + r + 1}, {at.x - r - 1, at.y}};
  }
}

}  // namespace

double text_width(std::string_view text, double size) {
  return kCharacterWidth * size * static_cast<double>(character_count(text));
}

namespace {

/// `word` in pieces that are no wider, where it has a '+' to break behind.
std::vector<std::string> pieces_of(const std::string& word, double size, double width) {
  std::vector<std::string> pieces{""};
  for (std::size_t start = 0; start < word.size();) {
    const std::size_t end = std::min(word.find('+', start), word.size() - 1) + 1;
    const std::string part = word.substr(start, end - start);
    if (!pieces.back().empty() && text_width(pieces.back() + part, size) > width) pieces.emplace_back();
    pieces.back() += part;
    start = end;
  }
  return pieces;
}

}  // namespace

std::vector<std::string> wrap_text(const std::string& text, double size, double width) {
  std::vector<std::string> lines;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const bool fits = !lines.empty() && text_width(lines.back() + " " + word, size) <= width;
    if (fits) {
      lines.back() += " " + word;
      continue;
    }
    for (std::string& piece : pieces_of(word, size, width)) lines.push_back(std::move(piece));
  }
  return lines;
}

void SvgCanvas::text(Place at, std::string_view text, const TextStyle& style) {
  body_ += "<text" + attribute("x", at.x) + attribute("y", at.y) + attribute("font-size", style.size) +
           attribute("text-anchor", std::string(style.anchor)) + attribute("fill", std::string(style.color));
  if (style.bold) body_ += " font-weight=\"bold\"";
  if (style.turn != 0) {
    body_ += " transform=\"rotate(" + number(style.turn) + " " + number(at.x) + " " + number(at.y) + ")\"";
  }
  body_ += ">" + escape_markup(text) + "</text>\n";
}

void SvgCanvas::line(Place from, Place to, const char* color, double width) {
  body_ += "<line" + attribute("x1", from.x) + attribute("y1", from.y) + attribute("x2", to.x) +
           attribute("y2", to.y) + attribute("stroke", std::string(color)) +
           attribute("stroke-width", width) + "/>\n";
}

void SvgCanvas::rectangle(Place corner, double width, double height, const std::string& color,
                          const std::string& attributes, const std::string& tip) {
  body_ += "<rect" + attribute("x", corner.x) + attribute("y", corner.y) + attribute("width", width) +
           attribute("height", height) + attribute("fill", color) + attributes;
  body_ += tip.empty() ? "/>\n" : "><title>" + escape_markup(tip) + "</title></rect>\n";
}

void SvgCanvas::path(const std::vector<Place>& places, const SeriesStyle& style) {
  body_ += "<polyline" + attribute("points", points(places)) + " fill=\"none\" stroke-width=\"1.8\"" +
           " stroke-linejoin=\"round\"" + attribute("stroke", std::string(style.color));
  if (style.dashes[0] > 0) body_ += attribute("stroke-dasharray", dash_text(style));
  body_ += "/>\n";
}

void SvgCanvas::area(const std::vector<Place>& corners, const char* color, double opacity) {
  body_ += "<polygon" + attribute("points", points(corners)) + attribute("fill", std::string(color)) +
           attribute("fill-opacity", opacity) + "/>\n";
}

void SvgCanvas::marker(Place at, const SeriesStyle& style) {
  const std::string look = attribute("stroke", std::string(style.color)) + " stroke-width=\"1.5\"" +
                           attribute("fill", std::string(style.hollow ? "#ffffff" : style.color)) + "/>\n";
  if (style.marker == Marker::kCircle) {
    body_ += "<circle" + attribute("cx", at.x) + attribute("cy", at.y) + attribute("r", kMarkerRadius) + look;
  } else {
    body_ += "<polygon" + attribute("points", points(outline(style.marker, at))) + look;
  }
}

void SvgCanvas::begin_clip(Place corner, double width, double height) {
  // A nested <svg> cuts off what lies outside it; a clip path would need an id that is unique in the page.
  body_ += "<svg" + attribute("x", corner.x) + attribute("y", corner.y) + attribute("width", width) +
           attribute("height", height) +
           attribute("viewBox",
                     number(corner.x) + " " + number(corner.y) + " " + number(width) + " " + number(height)) +
           ">\n";
}

void SvgCanvas::end_clip() {
  body_ += "</svg>\n";
}

std::string SvgCanvas::finish(double width, double height, const std::string& title,
                              const std::string& description) const {
  return kSvgMark +
         ("<svg xmlns=\"http://www.w3.org/2000/svg\"" +
          attribute("viewBox", "0 0 " + number(width) + " " + number(height)) + attribute("width", width) +
          attribute("height", height) +
          " font-family=\"Helvetica, Arial, sans-serif\" role=\"img\">\n<title>" + escape_markup(title) +
          "</title>\n<desc>" + escape_markup(description) + "</desc>\n") +
         "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n" + body_ + "</svg>\n";
}

}  // namespace covey::simulator
