#include "simulator/report/svg.h"

#include <algorithm>
#include <cmath>

#include "simulator/report/svg_parts.h"

namespace covey::simulator {

namespace {

constexpr double kTitleSize = 16;
constexpr double kCaptionSize = 11;
constexpr double kNameMax = 260;  // longer names lose their end
constexpr double kSlant = 35;     // degrees
constexpr double kSteepSlant = 62;
constexpr double kBold = 1.07;  // times the width of a plain text

double radians(double degrees) {
  return degrees * std::acos(-1.0) / 180;
}

double draw_lines(const std::vector<std::string>& lines, double top, const TextStyle& style,
                  SvgCanvas& canvas) {
  double y = top;
  for (const std::string& line : lines) {
    y += style.size * 1.35;
    canvas.text({kSvgMargin, y}, line, style);
  }
  return y;
}

double draw_title(const std::string& title, SvgCanvas& canvas) {
  const TextStyle style{kTitleSize, "start", kInk, true, 0};
  const auto lines = wrap_text(title, kTitleSize * kBold, kSvgWidth - 2 * kSvgMargin);
  return draw_lines(lines, 8, style, canvas) + 10;
}

double draw_caption(const std::string& caption, double top, SvgCanvas& canvas) {
  const TextStyle style{kCaptionSize, "start", kPaleInk, false, 0};
  return draw_lines(wrap_text(caption, kCaptionSize, kSvgWidth - 2 * kSvgMargin), top + 4, style, canvas);
}

}  // namespace

std::string fit_text(const std::string& text, double size, double width) {
  if (text_width(text, size) <= width) return text;
  std::string fitted = text;
  while (!fitted.empty() && text_width(fitted + "...", size) > width) {
    do {
      fitted.pop_back();
    } while (!fitted.empty() && (static_cast<unsigned char>(fitted.back()) & 0xC0) == 0x80);
  }
  return fitted + "...";
}

double NameRow::slant() const {
  const bool fit = std::all_of(names.begin(), names.end(), [this](const std::string& name) {
    return text_width(name, kTickSize) <= room - 4;
  });
  if (fit) return 0;
  return room * std::sin(radians(kSlant)) >= kTickSize ? kSlant : kSteepSlant;
}

double NameRow::height() const {
  if (slant() == 0) return kTickSize + 8;
  double widest = 0;
  for (const std::string& name : names) widest = std::max(widest, text_width(name, kTickSize));
  return std::min(widest, kNameMax) * std::sin(radians(slant())) + kTickSize + 6;
}

double NameRow::left_end() const {
  double left = kSvgWidth;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const double width = std::min(text_width(names[i], kTickSize), kNameMax);
    left = std::min(left, places[i] - (slant() > 0 ? width * std::cos(radians(slant())) : width / 2));
  }
  return left;
}

void NameRow::draw(double y, SvgCanvas& canvas) const {
  const double turn = slant();
  const TextStyle style{kTickSize, turn > 0 ? "end" : "middle", kPaleInk, false, -turn};
  for (std::size_t i = 0; i < names.size(); ++i) {
    canvas.text({places[i] + (turn > 0 ? 4 : 0), y + kTickSize + 4}, fit_text(names[i], kTickSize, kNameMax),
                style);
  }
}

std::string to_svg(const Figure& figure, SvgWords words) {
  SvgCanvas canvas;
  const bool all = words == SvgWords::kAll;
  double y = all ? draw_title(figure.title, canvas) : 8;
  const bool cells = figure.kind == Figure::Kind::kHeatMap;
  const Place end = cells ? draw_heat_map(figure, y, canvas) : draw_plot(figure, y, canvas);
  if (!all) return canvas.finish(end.x, end.y, figure.title, figure.caption);
  y = draw_caption(figure.caption, end.y, canvas);
  return canvas.finish(kSvgWidth, y + kSvgMargin, figure.title, figure.caption);
}

}  // namespace covey::simulator
