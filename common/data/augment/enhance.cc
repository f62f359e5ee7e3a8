#include "common/data/augment/enhance.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace covey::data {

namespace {

/// Truncates, as Pillow does.
std::uint8_t blend(std::uint8_t degraded, std::uint8_t pixel, float factor) {
  return static_cast<std::uint8_t>(static_cast<float>(degraded) +
                                   factor * static_cast<float>(pixel - degraded));
}

void blend_with_value(Span<std::uint8_t> pixels, std::uint8_t degraded, float factor) {
  std::array<std::uint8_t, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = blend(degraded, static_cast<std::uint8_t>(i), factor);
  }
  for (std::uint8_t& pixel : pixels) pixel = table[pixel];
}

/// ITU-R 601-2 luma in 16-bit fixed point.
std::uint8_t luminance(std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
  return static_cast<std::uint8_t>((red * 19595u + green * 38470u + blue * 7471u + 0x8000u) >> 16);
}

std::uint8_t mean_luminance(const Canvas& canvas) {
  const std::size_t plane = canvas.plane();
  const std::uint8_t* red = canvas.pixels.data();
  std::uint64_t sum = 0;
  if (canvas.shape.channels == 3) {
    for (std::size_t i = 0; i < plane; ++i) sum += luminance(red[i], red[plane + i], red[2 * plane + i]);
  } else {
    for (std::size_t i = 0; i < plane; ++i) sum += red[i];
  }
  return static_cast<std::uint8_t>((2 * sum + plane) / (2 * plane));
}

/// One row of the smoothed image, without its two end pixels. Sums are at most 13 * 255.
void smooth_row(const std::uint8_t* above, const std::uint8_t* row, const std::uint8_t* below,
                std::size_t width, std::uint8_t* out) {
  for (std::size_t x = 1; x + 1 < width; ++x) {
    const int sum = above[x - 1] + above[x] + above[x + 1] + row[x - 1] + 5 * row[x] + row[x + 1] +
                    below[x - 1] + below[x] + below[x + 1];
    out[x] = static_cast<std::uint8_t>((2 * sum + 13) / 26);
  }
}

void smooth_plane(const std::uint8_t* from, std::size_t height, std::size_t width, std::uint8_t* to) {
  std::memcpy(to, from, height * width);
  for (std::size_t y = 1; y + 1 < height; ++y) {
    const std::uint8_t* row = from + y * width;
    smooth_row(row - width, row, row + width, width, to + y * width);
  }
}

}  // namespace

void brightness(Canvas& canvas, float factor) {
  blend_with_value(canvas.pixels, 0, factor);
}

void color(Canvas& canvas, float factor) {
  if (canvas.shape.channels != 3) return;
  const std::size_t plane = canvas.plane();
  std::uint8_t* red = canvas.pixels.data();
  std::uint8_t* green = red + plane;
  std::uint8_t* blue = green + plane;
  for (std::size_t i = 0; i < plane; ++i) {
    const std::uint8_t grey = luminance(red[i], green[i], blue[i]);
    red[i] = blend(grey, red[i], factor);
    green[i] = blend(grey, green[i], factor);
    blue[i] = blend(grey, blue[i], factor);
  }
}

void contrast(Canvas& canvas, float factor) {
  blend_with_value(canvas.pixels, mean_luminance(canvas), factor);
}

void sharpness(Canvas& canvas, float factor) {
  const auto height = static_cast<std::size_t>(canvas.shape.height);
  const auto width = static_cast<std::size_t>(canvas.shape.width);
  for (std::size_t start = 0; start < canvas.pixels.size(); start += canvas.plane()) {
    smooth_plane(canvas.pixels.data() + start, height, width, canvas.spare.data() + start);
  }
  std::uint8_t* pixels = canvas.pixels.data();
  const std::uint8_t* smooth = canvas.spare.data();
  for (std::size_t i = 0; i < canvas.pixels.size(); ++i) pixels[i] = blend(smooth[i], pixels[i], factor);
}

}  // namespace covey::data
