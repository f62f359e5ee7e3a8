#include "common/data/augment/cutout.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace covey::data {

namespace {

constexpr std::uint8_t kColourFill = 127;

std::uint8_t fill_of_the_paper(const Canvas& canvas) {
  if (canvas.shape.channels == 3) return kColourFill;
  return static_cast<std::uint8_t>(*std::max_element(canvas.pixels.begin(), canvas.pixels.end()) / 2);
}

}  // namespace

Box cutout_box(const ImageShape& shape, double x, double y, int side) {
  const int left = static_cast<int>(std::max(0.0, x - side / 2.0));
  const int top = static_cast<int>(std::max(0.0, y - side / 2.0));
  return {left, top, std::min(shape.width - 1, left + side), std::min(shape.height - 1, top + side)};
}

std::vector<std::uint8_t> cutout_fill(const std::string& name, const ImageShape& shape,
                                      const Normalisation& normalisation) {
  if (name == "paper") return {};
  COVEY_CHECK(name == "mean" || name == "zero", name);
  std::vector<std::uint8_t> fill(static_cast<std::size_t>(shape.channels), 0);
  for (std::size_t c = 0; name == "mean" && c < fill.size(); ++c) {
    const float mean = normalisation.mean[normalisation.mean.size() == 1 ? 0 : c];
    fill[c] = static_cast<std::uint8_t>(std::clamp(std::round(mean * 255.0f), 0.0f, 255.0f));
  }
  return fill;
}

void cutout(Canvas& canvas, int side, Span<const std::uint8_t> fill, Sequence& draws) {
  const double x = draws.uniform_double() * canvas.shape.width;
  const double y = draws.uniform_double() * canvas.shape.height;
  const Box box = cutout_box(canvas.shape, x, y, side);
  const std::uint8_t of_the_paper = fill.empty() ? fill_of_the_paper(canvas) : std::uint8_t{0};
  const auto width = static_cast<std::size_t>(box.right - box.left + 1);
  for (int c = 0; c < canvas.shape.channels; ++c) {
    const std::uint8_t value = fill.empty() ? of_the_paper : fill[static_cast<std::size_t>(c)];
    for (int row = box.top; row <= box.bottom; ++row) {
      const auto start =
          static_cast<std::size_t>((c * canvas.shape.height + row) * canvas.shape.width + box.left);
      std::memset(canvas.pixels.subspan(start, width).data(), value, width);
    }
  }
}

}  // namespace covey::data
