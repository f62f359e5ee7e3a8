#include "simulator/report/style.h"

#include <algorithm>

namespace covey::simulator {

namespace {

/// The first seven colours are those of Okabe and Ito ("Color Universal Design", 2008) without their yellow,
/// which is too pale for a thin line on white.
constexpr std::array<SeriesStyle, kLinesMax> kStyles = {{
    {"#0072b2", {0, 0, 0, 0}, Marker::kCircle, false},
    {"#d55e00", {7, 3, 7, 3}, Marker::kSquare, false},
    {"#009e73", {2, 3, 2, 3}, Marker::kTriangle, false},
    {"#cc79a7", {9, 3, 2, 3}, Marker::kDiamond, false},
    {"#e69f00", {12, 4, 12, 4}, Marker::kCircle, true},
    {"#56b4e9", {4, 2, 4, 2}, Marker::kSquare, true},
    {"#000000", {5, 2, 1, 2}, Marker::kTriangle, true},
    {"#7a5230", {1, 2, 1, 2}, Marker::kDiamond, true},
}};

using Rgb = std::array<double, 3>;

/// Evenly spaced from 0 to 1.
constexpr std::array<Rgb, 4> kHeat = {{{244, 248, 252}, {158, 199, 226}, {46, 126, 184}, {8, 44, 92}}};

/// Share from which dark text can no longer be read.
constexpr double kDark = 0.62;

}  // namespace

const char* marker_name(Marker marker) {
  switch (marker) {
    case Marker::kCircle:
      return "circle";
    case Marker::kSquare:
      return "square";
    case Marker::kTriangle:
      return "triangle";
    case Marker::kDiamond:
      return "diamond";
  }
  return "circle";
}

const SeriesStyle& series_style(std::size_t index) {
  return kStyles[index % kStyles.size()];
}

std::string heat_color(double share) {
  const double scaled = std::clamp(share, 0.0, 1.0) * (kHeat.size() - 1);
  const auto left = std::min(static_cast<std::size_t>(scaled), kHeat.size() - 2);
  const double part = scaled - static_cast<double>(left);
  std::string color = "rgb(";
  for (std::size_t i = 0; i < 3; ++i) {
    const double value = kHeat[left][i] + part * (kHeat[left + 1][i] - kHeat[left][i]);
    color += (i == 0 ? "" : ",") + std::to_string(static_cast<int>(value + 0.5));
  }
  return color + ")";
}

const char* heat_text_color(double share) {
  return share < kDark ? "#1b2733" : "#ffffff";
}

double dodge(std::size_t index, std::size_t count) {
  constexpr double kWidth = 0.6;  // of a category
  return kWidth * ((static_cast<double>(index) + 0.5) / static_cast<double>(count) - 0.5);
}

}  // namespace covey::simulator
