#include <algorithm>
#include <cmath>

#include "simulator/report/axis_range.h"
#include "simulator/report/stretches.h"
#include "simulator/report/svg_parts.h"

namespace covey::simulator {

namespace {

constexpr double kPlotHeight = 320;
constexpr double kBandOpacity = 0.13;
constexpr double kBarWidth = 0.7;  // of a category
constexpr double kWhiskerHalf = 4;
constexpr double kSwatch = 30;
constexpr double kLegendLine = 19;

/// The rectangle between the axes.
struct Frame {
  AxisRange x;
  AxisRange y;
  double left = 0;
  double top = 0;
  double width = 0;
  double height = kPlotHeight;

  double bottom() const { return top + height; }
  double right() const { return left + width; }
  Place at(double px, double py) const {
    return {left + x.place(px) * width, bottom() - y.place(py) * height};
  }
};

double widest(const std::vector<std::string>& texts) {
  double width = 0;
  for (const std::string& text : texts) width = std::max(width, text_width(text, kTickSize));
  return width;
}

NameRow tick_names(const Figure& figure, const Frame& frame) {
  NameRow row;
  for (const double tick : frame.x.ticks) row.places.push_back(frame.at(tick, frame.y.low).x);
  row.names = frame.x.tick_texts;
  const bool categories = figure.x.scale == FigureAxis::Scale::kCategory;
  row.room = categories ? frame.width / static_cast<double>(row.names.size()) : frame.width;
  return row;
}

void set_left(double left, Frame& frame) {
  frame.left = left;
  frame.width = kSvgWidth - left - kSvgMargin - 16;
}

Frame make_frame(const Figure& figure, double top) {
  Frame frame;
  frame.x = x_range(figure);
  frame.y = y_range(figure);
  frame.top = top + 6;
  set_left(kSvgMargin + kLabelSize + 8 + widest(frame.y.tick_texts) + 8, frame);
  const double missing = kSvgMargin - tick_names(figure, frame).left_end();
  if (missing > 0) set_left(frame.left + missing, frame);  // room for slanting names
  return frame;
}

void draw_y_axis(const Figure& figure, const Frame& frame, SvgCanvas& canvas) {
  for (std::size_t i = 0; i < frame.y.ticks.size(); ++i) {
    const double y = frame.at(frame.x.low, frame.y.ticks[i]).y;
    canvas.line({frame.left, y}, {frame.right(), y}, kGridColor, 1);
    canvas.text({frame.left - 7, y + kTickSize * 0.35}, frame.y.tick_texts[i],
                {kTickSize, "end", kPaleInk, false, 0});
  }
  canvas.text({kSvgMargin + kLabelSize, frame.top + frame.height / 2}, axis_text(figure.y),
              {kLabelSize, "middle", kInk, false, -90});
}

/// Returns where the axis with its label ends.
double draw_x_axis(const Figure& figure, const Frame& frame, SvgCanvas& canvas) {
  const NameRow names = tick_names(figure, frame);
  for (const double x : names.places) {
    canvas.line({x, frame.bottom()}, {x, frame.bottom() + 4}, kFrameColor, 1);
  }
  canvas.line({frame.left, frame.bottom()}, {frame.right(), frame.bottom()}, kFrameColor, 1);
  names.draw(frame.bottom() + 3, canvas);
  const double y = frame.bottom() + names.height() + 3;
  if (figure.x.label.empty()) return y + 4;
  canvas.text({frame.left + frame.width / 2, y + kLabelSize + 3}, axis_text(figure.x),
              {kLabelSize, "middle", kInk, false, 0});
  return y + kLabelSize + 8;
}

void draw_band(const std::vector<Point>& stretch, const Frame& frame, const SeriesStyle& style,
               SvgCanvas& canvas) {
  std::vector<Place> corners;
  for (const Point& point : stretch) {
    corners.push_back(frame.at(point.x, point.spread ? point.spread->high : point.y));
  }
  for (auto point = stretch.rbegin(); point != stretch.rend(); ++point) {
    corners.push_back(frame.at(point->x, point->spread ? point->spread->low : point->y));
  }
  canvas.area(corners, style.color, kBandOpacity);
}

void draw_whisker(const Point& point, double shift, const Frame& frame, const SeriesStyle& style,
                  SvgCanvas& canvas) {
  const Place low = frame.at(point.x + shift, point.spread->low);
  const Place high = frame.at(point.x + shift, point.spread->high);
  canvas.line(low, high, style.color, 1.3);
  for (const Place end : {low, high}) {
    canvas.line({end.x - kWhiskerHalf, end.y}, {end.x + kWhiskerHalf, end.y}, style.color, 1.3);
  }
}

bool any_spread(const Series& series) {
  return std::any_of(series.points.begin(), series.points.end(),
                     [](const Point& point) { return point.spread.has_value(); });
}

/// Beside the middle of a category, so that the series do not cover each other.
double shift_of(const Figure& figure, std::size_t index) {
  return figure.kind == Figure::Kind::kDots ? dodge(index, figure.series.size()) : 0;
}

void draw_spread(const Figure& figure, std::size_t index, const Frame& frame, SvgCanvas& canvas) {
  const Series& series = figure.series[index];
  if (!any_spread(series)) return;
  const SeriesStyle& style = series_style(index);
  if (figure.spread == Figure::SpreadStyle::kBand) {
    for (const auto& stretch : stretches(series)) draw_band(stretch, frame, style, canvas);
    return;
  }
  for (const Point& point : series.points) {
    if (point.spread) draw_whisker(point, shift_of(figure, index), frame, style, canvas);
  }
}

void draw_series(const Figure& figure, std::size_t index, const Frame& frame, SvgCanvas& canvas) {
  const Series& series = figure.series[index];
  const SeriesStyle& style = series_style(index);
  if (figure.kind == Figure::Kind::kLine) {
    for (const auto& stretch : stretches(series)) {
      std::vector<Place> places;
      for (const Point& point : stretch) places.push_back(frame.at(point.x, point.y));
      canvas.path(places, style);
    }
  }
  const std::vector<bool> marked = marked_points(figure, index);
  for (std::size_t i = 0; i < marked.size(); ++i) {
    const Point& point = series.points[i];
    if (!marked[i] || std::isnan(point.y)) continue;
    canvas.marker(frame.at(point.x + shift_of(figure, index), point.y), style);
  }
}

void draw_bars(const Figure& figure, const Frame& frame, SvgCanvas& canvas) {
  std::vector<double> heights(figure.x.categories.size(), 0);
  for (std::size_t index = 0; index < figure.series.size(); ++index) {
    for (const Point& point : figure.series[index].points) {
      if (std::isnan(point.y)) continue;
      double& height = heights.at(static_cast<std::size_t>(point.x));
      const Place foot = frame.at(point.x - kBarWidth / 2, height);
      height += point.y;
      const Place head = frame.at(point.x + kBarWidth / 2, height);
      canvas.rectangle({foot.x, head.y}, head.x - foot.x, foot.y - head.y, series_style(index).color);
    }
  }
}

double swatch_width(const Figure& figure) {
  return figure.kind == Figure::Kind::kBars ? 14 : kSwatch;
}

void draw_swatch(const Figure& figure, std::size_t index, Place at, SvgCanvas& canvas) {
  const SeriesStyle& style = series_style(index);
  if (figure.kind == Figure::Kind::kBars) {
    canvas.rectangle({at.x, at.y - 6}, swatch_width(figure), 12, style.color);
    return;
  }
  if (figure.kind == Figure::Kind::kLine) canvas.path({{at.x, at.y}, {at.x + kSwatch, at.y}}, style);
  canvas.marker({at.x + kSwatch / 2, at.y}, style);
}

/// Names of the series in as many lines as they need; nothing for a single series.
double draw_legend(const Figure& figure, const Frame& frame, double top, SvgCanvas& canvas) {
  if (figure.series.size() < 2) return top;
  const double swatch = swatch_width(figure) + 7;
  double x = frame.left;
  double y = top + kLegendLine / 2 + 4;
  for (std::size_t index = 0; index < figure.series.size(); ++index) {
    const std::string name = fit_text(figure.series[index].name, kTickSize, frame.width - swatch);
    const double width = swatch + text_width(name, kTickSize);
    if (x > frame.left && x + width > kSvgWidth - kSvgMargin) {
      x = frame.left;
      y += kLegendLine;
    }
    draw_swatch(figure, index, {x, y}, canvas);
    canvas.text({x + swatch, y + kTickSize * 0.35}, name, {kTickSize, "start", kInk, false, 0});
    x += width + 18;
  }
  return y + kLegendLine / 2;
}

}  // namespace

Place draw_plot(const Figure& figure, double top, SvgCanvas& canvas) {
  const Frame frame = make_frame(figure, top);
  draw_y_axis(figure, frame, canvas);
  canvas.begin_clip({frame.left, frame.top}, frame.width, frame.height);
  if (figure.kind == Figure::Kind::kBars) draw_bars(figure, frame, canvas);
  for (std::size_t i = 0; i < figure.series.size(); ++i) draw_spread(figure, i, frame, canvas);
  canvas.end_clip();
  if (figure.kind != Figure::Kind::kBars) {
    for (std::size_t i = 0; i < figure.series.size(); ++i) draw_series(figure, i, frame, canvas);
  }
  const double y = draw_x_axis(figure, frame, canvas);
  return {kSvgWidth, draw_legend(figure, frame, y + 2, canvas) + 4};
}

}  // namespace covey::simulator
