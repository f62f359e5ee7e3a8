#include "simulator/report/figure_json.h"

#include <nlohmann/json.hpp>

#include "simulator/report/axis_range.h"
#include "simulator/report/stretches.h"
#include "simulator/report/style.h"

namespace covey::simulator {

namespace {

using Json = nlohmann::ordered_json;

const char* kind_name(Figure::Kind kind) {
  switch (kind) {
    case Figure::Kind::kLine:
      return "line";
    case Figure::Kind::kDots:
      return "dots";
    case Figure::Kind::kBars:
      return "bars";
    case Figure::Kind::kHeatMap:
      return "heat map";
  }
  return "";
}

Json axis_json(const FigureAxis& axis, const AxisRange& range) {
  return {{"text", axis_text(axis)},
          {"unit", axis.unit},
          {"categories", axis.categories},
          {"low", range.low},
          {"high", range.high},
          {"log", range.log},
          {"ticks", range.ticks},
          {"tickTexts", range.tick_texts}};
}

Json point_json(const Point& point, double shift) {
  Json json = {{"x", point.x + shift}, {"y", point.y}};
  if (point.spread) {
    json["low"] = point.spread->low;
    json["high"] = point.spread->high;
  }
  return json;
}

Json dashes_json(const SeriesStyle& style) {
  return style.dashes[0] == 0 ? Json::array() : Json(style.dashes);
}

Json series_json(const Figure& figure, std::size_t index) {
  const Series& series = figure.series[index];
  const SeriesStyle& style = series_style(index);
  const double shift = figure.kind == Figure::Kind::kDots ? dodge(index, figure.series.size()) : 0;
  Json points = Json::array();
  for (const Point& point : series.points) points.push_back(point_json(point, shift));
  return {{"name", series.name},          {"color", style.color},
          {"dashes", dashes_json(style)}, {"marker", marker_name(style.marker)},
          {"hollow", style.hollow},       {"marked", marked_points(figure, index)},
          {"points", std::move(points)}};
}

Json figure_json(const Figure& figure) {
  Json series = Json::array();
  for (std::size_t i = 0; i < figure.series.size(); ++i) series.push_back(series_json(figure, i));
  return {{"id", figure.id},
          {"kind", kind_name(figure.kind)},
          {"spread", figure.spread == Figure::SpreadStyle::kBand ? "band" : "whiskers"},
          {"x", axis_json(figure.x, x_range(figure))},
          {"y", axis_json(figure.y, y_range(figure))},
          {"series", std::move(series)}};
}

/// "<" only stands in texts; as an escape it can neither end the script nor begin a comment in it.
std::string escape_script(const std::string& json) {
  std::string escaped;
  for (const char c : json) {
    if (c == '<') {
      escaped += "\\u003c";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

}  // namespace

std::string to_script_json(const std::vector<Figure>& figures) {
  Json all = Json::array();
  for (const Figure& figure : figures) {
    if (figure.kind != Figure::Kind::kHeatMap) all.push_back(figure_json(figure));
  }
  return escape_script(all.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace covey::simulator
