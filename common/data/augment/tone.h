#pragma once

#include "common/data/augment/canvas.h"

namespace covey::data {

/// Operations that send every pixel through a table of 256 values, per channel (Pillow's ImageOps).

/// Stretches each channel so that its smallest value becomes 0 and its largest 255.
void auto_contrast(Canvas& canvas);
/// Makes the histogram of each channel as flat as whole steps allow.
void equalize(Canvas& canvas);
/// Keeps the `bits` highest bits of every pixel, 1..8.
void posterize(Canvas& canvas, int bits);
/// Inverts every pixel at or above `threshold`.
void solarize(Canvas& canvas, int threshold);

}  // namespace covey::data
