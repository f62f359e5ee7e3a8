#include <algorithm>
#include <cmath>
#include <limits>

#include "simulator/report/number_text.h"
#include "simulator/report/svg_parts.h"

namespace covey::simulator {

namespace {

constexpr double kScaleRoom = 92;  // for the scale of colours on the right
constexpr double kCellWidthMax = 110;
constexpr double kCellWidthWanted = 40;
constexpr double kFewCellsWidth = 360;  // of all columns together, where there are few
constexpr double kRowNameMax = 200;
constexpr double kNumberSizeMax = 13;
constexpr double kNumberSizeMin = 9;
constexpr const char* kEmptyColor = "#dcdfe3";
constexpr std::size_t kSlantingMax = 24;

/// Smallest and largest number of the map.
struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  double share(double value) const { return high > low ? (value - low) / (high - low) : 0.3; }
};

struct Grid {
  double left = 0;
  double top = 0;
  double cell_width = 0;
  double cell_height = 0;
  std::size_t rows = 0;
  std::size_t columns = 0;
  double number_size = 0;  ///< 0: the numbers do not fit into the cells

  double bottom() const { return top + cell_height * static_cast<double>(rows); }
  double right() const { return left + cell_width * static_cast<double>(columns); }
  Place corner(std::size_t row, std::size_t column) const {
    return {left + cell_width * static_cast<double>(column), top + cell_height * static_cast<double>(row)};
  }
};

Extent extent_of(const HeatMap& map) {
  Extent extent;
  for (const auto& row : map.values) {
    for (const double value : row) {
      if (std::isnan(value)) continue;
      extent.low = std::min(extent.low, value);
      extent.high = std::max(extent.high, value);
    }
  }
  if (extent.low > extent.high) extent = {0, 0};
  if (map.from_zero) extent.low = std::min(extent.low, 0.0);
  return extent;
}

/// One size for all numbers: those in some cells only would look as if the others had none.
double number_size(const HeatMap& map, const Grid& grid) {
  double size = std::min(kNumberSizeMax, grid.cell_height * 0.72);
  for (const auto& row : map.values) {
    for (const double value : row) {
      if (std::isnan(value)) continue;
      size = std::min(size, (grid.cell_width - 2) / text_width(fixed_text(value, map.decimals), 1));
    }
  }
  return size < kNumberSizeMin ? 0 : size;
}

double cell_height(std::size_t rows) {
  if (rows <= 6) return 52;
  if (rows <= 12) return 28;
  return rows <= 30 ? 20 : 14;
}

/// Every k-th name where there are too many to write all of them.
NameRow column_names(const Figure& figure, const Grid& grid) {
  const std::vector<std::string>& names = figure.heat_map.columns;
  double widest = 0;
  for (const std::string& name : names) widest = std::max(widest, text_width(name, kTickSize));
  const bool slanting = names.size() <= kSlantingMax;
  const double needed = slanting ? 0 : widest + 8;
  const auto step = static_cast<std::size_t>(std::max(1.0, std::ceil(needed / grid.cell_width)));
  NameRow row;
  row.room = grid.cell_width * static_cast<double>(step);
  for (std::size_t column = 0; column < names.size(); column += step) {
    row.names.push_back(names[column]);
    row.places.push_back(grid.corner(0, column).x + grid.cell_width / 2);
  }
  return row;
}

void set_left(const HeatMap& map, double left, Grid& grid) {
  grid.left = left;
  const double room = (kSvgWidth - left - kScaleRoom) / static_cast<double>(grid.columns);
  const double wanted =
      std::clamp(kFewCellsWidth / static_cast<double>(grid.columns), kCellWidthWanted, kCellWidthMax);
  grid.cell_width = std::min(room, wanted);
  grid.number_size = number_size(map, grid);
}

Grid make_grid(const Figure& figure, double top) {
  const HeatMap& map = figure.heat_map;
  Grid grid;
  grid.rows = map.rows.size();
  grid.columns = map.columns.size();
  grid.top = top + 4;
  grid.cell_height = cell_height(grid.rows);
  double names = 0;
  for (const std::string& row : map.rows) names = std::max(names, text_width(row, kTickSize));
  set_left(map, kSvgMargin + kLabelSize + 10 + std::min(names, kRowNameMax) + 6, grid);
  const double missing = kSvgMargin - column_names(figure, grid).left_end();
  if (missing > 0) set_left(map, grid.left + missing, grid);  // room for slanting names
  return grid;
}

std::string with_unit(const std::string& number, const std::string& unit) {
  return unit.empty() ? number : number + " " + unit;
}

std::string tip(const Figure& figure, std::size_t row, std::size_t column, const std::string& number) {
  const HeatMap& map = figure.heat_map;
  const std::string kind = figure.y.label.empty() ? "" : figure.y.label + " ";
  return kind + map.rows[row] + ", " + figure.x.label + " " + map.columns[column] + ": " + map.label + " " +
         with_unit(number, map.unit);
}

void draw_cell(const Figure& figure, const Grid& grid, const Extent& extent, std::size_t row,
               std::size_t column, SvgCanvas& canvas) {
  const double value = figure.heat_map.values[row][column];
  const Place corner = grid.corner(row, column);
  const double gap = grid.cell_width > 12 ? 1 : 0;
  const std::string number = std::isnan(value) ? "none" : fixed_text(value, figure.heat_map.decimals);
  const std::string color = std::isnan(value) ? kEmptyColor : heat_color(extent.share(value));
  const std::string exact = std::isnan(value) ? "" : exact_text(value);
  canvas.rectangle(corner, grid.cell_width - gap, grid.cell_height - gap, color,
                   " data-value=\"" + exact + "\"", tip(figure, row, column, number));
  const double size = grid.number_size;
  if (std::isnan(value) || size == 0) return;
  canvas.text({corner.x + grid.cell_width / 2, corner.y + grid.cell_height / 2 + size * 0.35}, number,
              {size, "middle", heat_text_color(extent.share(value)), false, 0});
}

void draw_row_names(const Figure& figure, const Grid& grid, SvgCanvas& canvas) {
  const double size = std::min(kTickSize, grid.cell_height * 0.8);
  for (std::size_t row = 0; row < grid.rows; ++row) {
    const double y = grid.corner(row, 0).y + grid.cell_height / 2 + size * 0.35;
    canvas.text({grid.left - 6, y}, fit_text(figure.heat_map.rows[row], size, kRowNameMax),
                {size, "end", kPaleInk, false, 0});
  }
  if (figure.y.label.empty()) return;
  canvas.text({kSvgMargin + kLabelSize, (grid.top + grid.bottom()) / 2}, axis_text(figure.y),
              {kLabelSize, "middle", kInk, false, -90});
}

double draw_column_names(const Figure& figure, const Grid& grid, SvgCanvas& canvas) {
  const NameRow names = column_names(figure, grid);
  names.draw(grid.bottom(), canvas);
  const double y = grid.bottom() + names.height() + kLabelSize + 4;
  canvas.text({(grid.left + grid.right()) / 2, y}, axis_text(figure.x),
              {kLabelSize, "middle", kInk, false, 0});
  return y + 6;
}

/// Returns where it ends: it is taller than a map of one or two rows.
double draw_scale(const HeatMap& map, const Grid& grid, const Extent& extent, SvgCanvas& canvas) {
  constexpr int kSteps = 40;
  const double height = std::clamp(grid.bottom() - grid.top, 90.0, 220.0);
  const double x = grid.right() + 16;
  for (int i = 0; i < kSteps; ++i) {
    const double share = (i + 0.5) / kSteps;
    const double step = height / kSteps;
    // A little overlap: otherwise thin white lines show between the steps.
    canvas.rectangle({x, grid.top + height - (i + 1) * step}, 12, step + 0.5, heat_color(share));
  }
  for (const double share : {0.0, 0.5, 1.0}) {
    if (extent.high <= extent.low && share != 0.0) continue;
    const double value = extent.low + share * (extent.high - extent.low);
    canvas.text({x + 16, grid.top + height * (1 - share) + (share == 1.0 ? kTickSize * 0.8 : 0)},
                short_text(value), {kTickSize, "start", kPaleInk, false, 0});
  }
  const std::string label = map.unit.empty() ? map.label : map.label + " (" + map.unit + ")";
  canvas.text({x + 70, grid.top + height / 2}, fit_text(label, kTickSize, std::max(height, 150.0)),
              {kTickSize, "middle", kInk, false, -90});
  return grid.top + height;
}

}  // namespace

Place draw_heat_map(const Figure& figure, double top, SvgCanvas& canvas) {
  const HeatMap& map = figure.heat_map;
  const Grid grid = make_grid(figure, top);
  const Extent extent = extent_of(map);
  for (std::size_t row = 0; row < grid.rows; ++row) {
    for (std::size_t column = 0; column < grid.columns; ++column) {
      draw_cell(figure, grid, extent, row, column, canvas);
    }
  }
  draw_row_names(figure, grid, canvas);
  const double names_end = draw_column_names(figure, grid, canvas);
  const double scale_end = draw_scale(map, grid, extent, canvas);
  return {grid.right() + kScaleRoom, std::max(names_end, scale_end) + 6};
}

}  // namespace covey::simulator
