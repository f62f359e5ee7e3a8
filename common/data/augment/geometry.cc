#include "common/data/augment/geometry.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace covey::data {

namespace {

/// Source of pixel (x, y): (a x + b y + c, d x + e y + f), taken at pixel centres.
struct Affine {
  double a, b, c, d, e, f;
};

/// 16.16 fixed point, as Pillow; it also hides the last bits in which mathematical libraries differ.
std::int64_t fixed(double value) {
  return static_cast<std::int64_t>(std::floor(value * 65536.0 + 0.5));
}

void transform_row(const Canvas& canvas, std::size_t y, const Affine& map, std::int64_t source_x,
                   std::int64_t source_y) {
  const auto width = static_cast<std::size_t>(canvas.shape.width);
  const auto channels = static_cast<std::size_t>(canvas.shape.channels);
  const std::size_t plane = canvas.plane();
  const std::int64_t step_x = fixed(map.a);
  const std::int64_t step_y = fixed(map.d);
  std::uint8_t* out = canvas.spare.data() + y * width;
  for (std::size_t x = 0; x < width; ++x, source_x += step_x, source_y += step_y) {
    const std::int64_t from_x = source_x >> 16;
    const std::int64_t from_y = source_y >> 16;
    const bool inside =
        from_x >= 0 && from_x < canvas.shape.width && from_y >= 0 && from_y < canvas.shape.height;
    const std::size_t from =
        inside ? static_cast<std::size_t>(from_y) * width + static_cast<std::size_t>(from_x) : 0;
    for (std::size_t c = 0; c < channels; ++c) {
      out[c * plane + x] = inside ? canvas.pixels[c * plane + from] : std::uint8_t{0};
    }
  }
}

void transform(Canvas& canvas, const Affine& map) {
  std::int64_t source_x = fixed(map.c + 0.5 * map.a + 0.5 * map.b);
  std::int64_t source_y = fixed(map.f + 0.5 * map.d + 0.5 * map.e);
  const auto height = static_cast<std::size_t>(canvas.shape.height);
  for (std::size_t y = 0; y < height; ++y) {
    transform_row(canvas, y, map, source_x, source_y);
    source_x += fixed(map.b);
    source_y += fixed(map.e);
  }
  std::swap(canvas.pixels, canvas.spare);
}

}  // namespace

void rotate(Canvas& canvas, int degrees) {
  const double angle = -degrees * 3.14159265358979323846 / 180.0;
  const double cosine = std::cos(angle);
  const double sine = std::sin(angle);
  const double centre_x = canvas.shape.width / 2.0;
  const double centre_y = canvas.shape.height / 2.0;
  transform(canvas, {cosine, sine, centre_x - cosine * centre_x - sine * centre_y,  //
                     -sine, cosine, centre_y + sine * centre_x - cosine * centre_y});
}

void shear_x(Canvas& canvas, double shear) {
  transform(canvas, {1.0, shear, 0.0, 0.0, 1.0, 0.0});
}

void shear_y(Canvas& canvas, double shear) {
  transform(canvas, {1.0, 0.0, 0.0, shear, 1.0, 0.0});
}

void translate(Canvas& canvas, int dx, int dy) {
  transform(canvas, {1.0, 0.0, static_cast<double>(dx), 0.0, 1.0, static_cast<double>(dy)});
}

}  // namespace covey::data
