#include "common/data/augment/tone.h"

#include <algorithm>
#include <array>

namespace covey::data {

namespace {

using Histogram = std::array<std::uint32_t, 256>;
using Table = std::array<std::uint8_t, 256>;

Histogram histogram_of(Span<const std::uint8_t> plane) {
  Histogram histogram{};
  for (const std::uint8_t pixel : plane) ++histogram[pixel];
  return histogram;
}

void map_pixels(Span<std::uint8_t> pixels, const Table& table) {
  for (std::uint8_t& pixel : pixels) pixel = table[pixel];
}

template <typename MakeTable>
void map_each_channel(Canvas& canvas, MakeTable make_table) {
  const std::size_t plane = canvas.plane();
  for (std::size_t start = 0; start < canvas.pixels.size(); start += plane) {
    const Span<std::uint8_t> channel = canvas.pixels.subspan(start, plane);
    map_pixels(channel, make_table(histogram_of(channel)));
  }
}

Table identity_table() {
  Table table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<std::uint8_t>(i);
  return table;
}

std::size_t first_used(const Histogram& histogram) {
  std::size_t i = 0;
  while (i < 255 && histogram[i] == 0) ++i;
  return i;
}

std::size_t last_used(const Histogram& histogram) {
  std::size_t i = 255;
  while (i > 0 && histogram[i] == 0) --i;
  return i;
}

Table stretching_table(const Histogram& histogram) {
  const std::size_t low = first_used(histogram);
  const std::size_t high = last_used(histogram);
  if (high <= low) return identity_table();
  // The same operations in the same order as Pillow, so that truncation meets the same doubles.
  const double scale = 255.0 / static_cast<double>(high - low);
  const double offset = -static_cast<double>(low) * scale;
  Table table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double value = static_cast<double>(i) * scale + offset;
    table[i] = static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
  }
  return table;
}

Table equalizing_table(const Histogram& histogram) {
  const std::size_t last = last_used(histogram);
  std::uint32_t below_last = 0;
  for (std::size_t i = 0; i < last; ++i) below_last += histogram[i];
  const std::uint32_t step = below_last / 255;
  if (step == 0) return identity_table();
  Table table{};
  std::uint32_t sum = step / 2;
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = static_cast<std::uint8_t>(std::min(sum / step, 255u));
    sum += histogram[i];
  }
  return table;
}

}  // namespace

void auto_contrast(Canvas& canvas) {
  map_each_channel(canvas, stretching_table);
}

void equalize(Canvas& canvas) {
  map_each_channel(canvas, equalizing_table);
}

void posterize(Canvas& canvas, int bits) {
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - bits));
  for (std::uint8_t& pixel : canvas.pixels) pixel = static_cast<std::uint8_t>(pixel & mask);
}

void solarize(Canvas& canvas, int threshold) {
  for (std::uint8_t& pixel : canvas.pixels) {
    if (pixel >= threshold) pixel = static_cast<std::uint8_t>(255 - pixel);
  }
}

}  // namespace covey::data
