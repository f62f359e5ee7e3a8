#include "simulator/report/svg.h"

#include <algorithm>
#include <cmath>

#include "simulator/report/svg_parts.h"

namespace covey::simulator {

namespace {

constexpr double kTitleSize = 16;
constexpr double kCaptionSize = 11;
constexpr double kNameMax = 260;  // longer names lose their end
constexpr double kSlant = -35;    // degrees
const double kSlantRadians = kSlant * std::acos(-1.0) / 180;

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
  const auto lines = wrap_text(title, kTitleSize, kSvgWidth - 2 * kSvgMargin);
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

bool NameRow::slanting() const {
  return std::any_of(names.begin(), names.end(),
                     [this](const std::string& name) { return text_width(name, kTickSize) > room - 4; });
}

double NameRow::height() const {
  if (!slanting()) return kTickSize + 8;
  double widest = 0;
  for (const std::string& name : names) widest = std::max(widest, text_width(name, kTickSize));
  return std::min(widest, kNameMax) * std::sin(-kSlantRadians) + kTickSize + 6;
}

double NameRow::left_end() const {
  double left = kSvgWidth;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const double width = std::min(text_width(names[i], kTickSize), kNameMax);
    left = std::min(left, places[i] - (slanting() ? width * std::cos(kSlantRadians) : width / 2));
  }
  return left;
}

void NameRow::draw(double y, SvgCanvas& canvas) const {
  const bool slant = slanting();
  const TextStyle style{kTickSize, slant ? "end" : "middle", kPaleInk, false, slant ? kSlant : 0};
  for (std::size_t i = 0; i < names.size(); ++i) {
    canvas.text({places[i] + (slant ? 4 : 0), y + kTickSize + 4}, fit_text(names[i], kTickSize, kNameMax),
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
