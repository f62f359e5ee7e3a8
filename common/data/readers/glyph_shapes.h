#pragma once

#include <string_view>
#include <vector>

namespace covey::data {

struct Point {
  double x = 0.0;
  double y = 0.0;
};

/// A straight piece of a pen stroke.
struct Segment {
  Point from;
  Point to;
};

using Glyph = std::vector<Segment>;

/// The characters that can be drawn, in the order of their labels: digits, capitals, and the lower-case
/// letters that do not look like their capitals (the 47 classes of EMNIST balanced).
inline constexpr std::string_view kGlyphCharacters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt";

/// Pen strokes of each of kGlyphCharacters inside the unit square, y downwards; curves are broken into
/// segments. Alike pairs are told apart as people do it by hand: the zero is slashed, the Z barred.
std::vector<Glyph> glyph_shapes();

}  // namespace covey::data
