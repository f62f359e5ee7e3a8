#pragma once

#include "common/base/random.h"
#include "common/data/augment/canvas.h"

namespace covey::data {

/// A rectangle of pixels, all four edges inclusive.
struct Box {
  int left, top, right, bottom;
};

/// The square of `side` pixels around (x, y), each in [0, extent). The far edges are counted from the near
/// ones after these were clamped to the image, so a square at the left or top keeps its full size; as the far
/// edges are inclusive, it is side + 1 pixels wide where it fits.  source: FixMatch's CutoutAbs.
Box cutout_box(const ImageShape& shape, double x, double y, int side);

/// Fills a square around a random centre: 127 in a colour image, half of the brightest pixel in a grey one.
void cutout(Canvas& canvas, int side, Sequence& draws);

}  // namespace covey::data
