#include "simulator/report/stretches.h"

#include <cmath>

namespace covey::simulator {

namespace {

constexpr std::size_t kAllMarkedMax = 12;
constexpr std::size_t kMarkersWanted = 8;

bool stands_alone(const std::vector<Point>& points, std::size_t i) {
  const bool before = i > 0 && !std::isnan(points[i - 1].y);
  const bool after = i + 1 < points.size() && !std::isnan(points[i + 1].y);
  return !before && !after;
}

}  // namespace

std::vector<std::vector<Point>> stretches(const Series& series) {
  std::vector<std::vector<Point>> found(1);
  for (const Point& point : series.points) {
    if (!std::isnan(point.y)) {
      found.back().push_back(point);
    } else if (!found.back().empty()) {
      found.emplace_back();
    }
  }
  if (found.back().empty()) found.pop_back();
  return found;
}

std::vector<bool> marked_points(const Figure& figure, std::size_t series_index) {
  const std::vector<Point>& points = figure.series[series_index].points;
  const bool all = points.size() <= kAllMarkedMax || figure.spread == Figure::SpreadStyle::kWhiskers;
  const std::size_t step = all ? 1 : points.size() / kMarkersWanted;
  const std::size_t first = step * series_index / figure.series.size();
  std::vector<bool> marked;
  for (std::size_t i = 0; i < points.size(); ++i) {
    marked.push_back(i % step == first % step || stands_alone(points, i));
  }
  return marked;
}

}  // namespace covey::simulator
