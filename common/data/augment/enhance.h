#pragma once

#include "common/data/augment/canvas.h"

namespace covey::data {

/// Operations that blend the image with a degraded copy of itself (Pillow's ImageEnhance): `factor` 1 is the
/// image, 0 the copy.

/// 0.09 level + 0.05: always reducing.
inline float enhance_factor(int level) {
  return static_cast<float>(0.09 * level + 0.05);
}

/// The copy is black.
void brightness(Canvas& canvas, float factor);
/// The copy is the luminance. A grey image stays as it is.
void color(Canvas& canvas, float factor);
/// The copy is even grey at the mean luminance.
void contrast(Canvas& canvas, float factor);
/// The copy is smoothed by a 3x3 kernel of ones around a five; border pixels stay.
void sharpness(Canvas& canvas, float factor);

}  // namespace covey::data
