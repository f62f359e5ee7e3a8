#pragma once

#include <string>
#include <vector>

#include "common/base/image_shape.h"
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

/// What the square is filled with, one value per channel, by the name of training.cutout_fill:
///   paper  empty: 127 in a colour image, half of its brightest pixel in a grey one
///   mean   the data set's mean pixel, which normalises to about zero
///   zero   black
/// `normalisation` has one mean per channel of `shape`, or one for all.
std::vector<std::uint8_t> cutout_fill(const std::string& name, const ImageShape& shape,
                                      const Normalisation& normalisation);

/// Fills a square around a random centre; `fill` as above.
void cutout(Canvas& canvas, int side, Span<const std::uint8_t> fill, Sequence& draws);

}  // namespace covey::data
