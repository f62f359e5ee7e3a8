#include "common/data/readers/glyph_shapes.h"

#include <cmath>

#include "common/base/check.h"

namespace covey::data {

namespace {

/// Draws one glyph: `at` lifts the pen to a point, `to` and `arc` go on from where it is.
class Pen {
 public:
  Pen& at(double x, double y) {
    place_ = {x, y};
    down_ = true;
    return *this;
  }

  Pen& to(double x, double y) {
    COVEY_CHECK(down_, "a stroke starts somewhere");
    glyph_.push_back({place_, {x, y}});
    place_ = {x, y};
    return *this;
  }

  /// Part of an ellipse around (x, y), in degrees: 0 = right, 90 = below, 180 = left, 270 = above.
  Pen& arc(double x, double y, double radius_x, double radius_y, int from, int to_degrees) {
    constexpr int kStepDegrees = 20;
    const int steps = (std::abs(to_degrees - from) + kStepDegrees - 1) / kStepDegrees;
    for (int i = 0; i <= steps; ++i) {
      const double angle =
          (from + static_cast<double>(to_degrees - from) * i / steps) * 3.14159265358979323846 / 180.0;
      // Rounded to 20 bits, which hides where mathematical libraries differ.
      const double px = std::rint((x + radius_x * std::cos(angle)) * 1048576.0) / 1048576.0;
      const double py = std::rint((y + radius_y * std::sin(angle)) * 1048576.0) / 1048576.0;
      down_ ? to(px, py) : at(px, py);
    }
    return *this;
  }

  Pen& ellipse(double x, double y, double radius_x, double radius_y) {
    down_ = false;
    arc(x, y, radius_x, radius_y, 0, 360);
    down_ = false;
    return *this;
  }

  /// Lifts the pen, so that the next arc starts a stroke of its own.
  Pen& lift() {
    down_ = false;
    return *this;
  }

  operator Glyph() const { return glyph_; }

 private:
  Glyph glyph_;
  Point place_;
  bool down_ = false;
};

Glyph digit(char c) {
  switch (c) {
    case '0':
      return Pen().ellipse(.5, .5, .28, .45).at(.36, .72).to(.64, .28);
    case '1':
      return Pen().at(.32, .24).to(.52, .05).to(.52, .95);
    case '2':
      return Pen().arc(.5, .3, .26, .25, 180, 395).to(.22, .95).to(.8, .95);
    case '3':
      return Pen().arc(.47, .28, .25, .23, 200, 450).lift().arc(.47, .73, .28, .22, 270, 520);
    case '4':
      return Pen().at(.62, .95).to(.62, .05).to(.18, .65).to(.82, .65);
    case '5':
      return Pen().at(.76, .06).to(.3, .06).to(.27, .45).arc(.48, .66, .28, .28, 225, 510);
    case '6':
      return Pen().ellipse(.5, .68, .26, .26).arc(.78, .66, .54, .62, 180, 262);
    case '7':
      return Pen().at(.2, .06).to(.8, .06).to(.42, .95);
    case '8':
      return Pen().ellipse(.5, .27, .22, .21).ellipse(.5, .72, .27, .24);
    default:
      return Pen().ellipse(.5, .32, .26, .26).at(.76, .32).to(.74, .6).to(.6, .95);
  }
}

Glyph capital_to_m(char c) {
  switch (c) {
    case 'A':
      return Pen().at(.15, .95).to(.5, .05).to(.85, .95).at(.28, .62).to(.72, .62);
    case 'B':
      return Pen()
          .at(.24, .95)
          .to(.24, .05)
          .to(.5, .05)
          .arc(.5, .27, .24, .22, 270, 450)
          .to(.24, .49)
          .to(.52, .49)
          .arc(.52, .72, .27, .23, 270, 450)
          .to(.24, .95);
    case 'C':
      return Pen().arc(.54, .5, .34, .45, 315, 45);
    case 'D':
      return Pen().at(.24, .95).to(.24, .05).to(.42, .05).arc(.42, .5, .38, .45, 270, 450).to(.24, .95);
    case 'E':
      return Pen().at(.78, .05).to(.26, .05).to(.26, .95).to(.78, .95).at(.26, .48).to(.7, .48);
    case 'F':
      return Pen().at(.78, .05).to(.26, .05).to(.26, .95).at(.26, .48).to(.68, .48);
    case 'G':
      return Pen().arc(.52, .5, .33, .45, 315, 15).to(.84, .56).to(.54, .56);
    case 'H':
      return Pen().at(.2, .05).to(.2, .95).at(.8, .05).to(.8, .95).at(.2, .5).to(.8, .5);
    case 'I':
      return Pen().at(.5, .05).to(.5, .95).at(.28, .05).to(.72, .05).at(.28, .95).to(.72, .95);
    case 'J':
      return Pen().at(.4, .05).to(.86, .05).at(.66, .05).to(.66, .68).arc(.42, .68, .24, .27, 0, 160);
    case 'K':
      return Pen().at(.24, .05).to(.24, .95).at(.78, .05).to(.24, .58).at(.42, .42).to(.8, .95);
    case 'L':
      return Pen().at(.26, .05).to(.26, .95).to(.78, .95);
    default:
      return Pen().at(.14, .95).to(.2, .05).to(.5, .6).to(.8, .05).to(.86, .95);
  }
}

Glyph capital_from_n(char c) {
  switch (c) {
    case 'N':
      return Pen().at(.2, .95).to(.2, .05).to(.8, .95).to(.8, .05);
    case 'O':
      return Pen().ellipse(.5, .5, .43, .43);
    case 'P':
      return Pen().at(.24, .95).to(.24, .05).to(.5, .05).arc(.5, .29, .27, .24, 270, 450).to(.24, .53);
    case 'Q':
      return Pen().ellipse(.5, .46, .38, .4).at(.56, .64).to(.88, .96);
    case 'R':
      return Pen()
          .at(.24, .95)
          .to(.24, .05)
          .to(.5, .05)
          .arc(.5, .29, .27, .24, 270, 450)
          .to(.24, .53)
          .at(.46, .53)
          .to(.82, .95);
    case 'S':
      return Pen().arc(.5, .27, .27, .22, 340, 90).arc(.5, .72, .28, .23, 270, 520);
    case 'T':
      return Pen().at(.15, .05).to(.85, .05).at(.5, .05).to(.5, .95);
    case 'U':
      return Pen().at(.2, .05).to(.2, .62).arc(.5, .62, .3, .33, 180, 0).to(.8, .05);
    case 'V':
      return Pen().at(.16, .05).to(.5, .95).to(.84, .05);
    case 'W':
      return Pen().at(.08, .05).to(.3, .95).to(.5, .35).to(.7, .95).to(.92, .05);
    case 'X':
      return Pen().at(.18, .05).to(.82, .95).at(.82, .05).to(.18, .95);
    case 'Y':
      return Pen().at(.16, .05).to(.5, .5).to(.84, .05).at(.5, .5).to(.5, .95);
    default:
      return Pen().at(.2, .05).to(.8, .05).to(.2, .95).to(.8, .95).at(.3, .5).to(.7, .5);
  }
}

Glyph small_letter(char c) {
  switch (c) {
    case 'a':
      return Pen().arc(.48, .46, .24, .2, 200, 360).to(.72, .95).ellipse(.48, .74, .24, .2);
    case 'b':
      return Pen().at(.28, .05).to(.28, .95).ellipse(.53, .69, .25, .26);
    case 'd':
      return Pen().at(.74, .05).to(.74, .95).ellipse(.49, .69, .25, .26);
    case 'e':
      return Pen().at(.2, .6).to(.8, .6).arc(.5, .6, .3, .33, 360, 45);
    case 'f':
      return Pen().arc(.62, .25, .2, .2, 330, 180).to(.42, .95).at(.2, .47).to(.7, .47);
    case 'g':
      return Pen().ellipse(.48, .33, .24, .25).at(.72, .08).to(.72, .72).arc(.47, .72, .25, .23, 0, 160);
    case 'h':
      return Pen().at(.26, .05).to(.26, .95).lift().arc(.5, .64, .24, .24, 180, 360).to(.74, .95);
    case 'n':
      return Pen().at(.24, .33).to(.24, .95).lift().arc(.5, .6, .26, .25, 180, 360).to(.76, .95);
    case 'q':
      return Pen().ellipse(.44, .34, .24, .26).at(.68, .08).to(.68, .95).to(.88, .8);
    case 'r':
      return Pen().at(.36, .33).to(.36, .95).lift().arc(.6, .58, .24, .24, 180, 310);
    default:
      return Pen().at(.46, .08).to(.46, .76).arc(.63, .76, .17, .19, 180, 30).at(.22, .32).to(.72, .32);
  }
}

Glyph shape_of(char c) {
  if (c <= '9') return digit(c);
  if (c <= 'M') return capital_to_m(c);
  return c <= 'Z' ? capital_from_n(c) : small_letter(c);
}

}  // namespace

std::vector<Glyph> glyph_shapes() {
  std::vector<Glyph> shapes;
  for (const char c : kGlyphCharacters) shapes.push_back(shape_of(c));
  return shapes;
}

}  // namespace covey::data
