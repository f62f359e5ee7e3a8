#pragma once

#include "common/data/augment/canvas.h"

namespace covey::data {

/// Operations that move pixels: nearest neighbour, black where nothing is left (Pillow's Image.transform and
/// rotate).

/// Turns the image around its centre, counter-clockwise for positive degrees.
void rotate(Canvas& canvas, int degrees);
/// Pixel (x, y) takes the value at (x + shear * y, y).
void shear_x(Canvas& canvas, double shear);
/// Pixel (x, y) takes the value at (x, y + shear * x).
void shear_y(Canvas& canvas, double shear);
/// Pixel (x, y) takes the value at (x + dx, y + dy).
void translate(Canvas& canvas, int dx, int dy);

}  // namespace covey::data
