#include "common/data/augment/views.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "common/data/augment/cutout.h"
#include "common/data/augment/operations.h"

namespace covey::data {

namespace {

constexpr int kStrongOperations = 2;

/// Down to whole pixels; 0.29 of 100 are 29, though the product falls short of it.
int pad(double crop, int side) {
  constexpr double kRoundingError = 1e-9;
  return static_cast<int>(crop * side + kRoundingError);
}

/// Mirrors an index that lies up to size - 1 outside [0, size), without repeating the edge.
int reflected(int index, int size) {
  if (index < 0) return -index;
  return index < size ? index : 2 * (size - 1) - index;
}

/// to[x] = from[reflected(x + shift)]; all but the few columns at one end is one block.
void copy_shifted(const std::uint8_t* from, int width, int shift, std::uint8_t* to) {
  const int begin = std::max(0, -shift);
  const int end = std::min(width, width - shift);
  for (int x = 0; x < begin; ++x) to[x] = from[reflected(x + shift, width)];
  std::memcpy(to + begin, from + begin + shift, static_cast<std::size_t>(end - begin));
  for (int x = end; x < width; ++x) to[x] = from[reflected(x + shift, width)];
}

}  // namespace

Augmenter::Augmenter(const ViewOptions& options)
    : options_(options),
      pad_x_(pad(options.crop, options.shape.width)),
      pad_y_(pad(options.crop, options.shape.height)),
      cutout_side_(static_cast<int>(
          std::lround(options.cutout * std::min(options.shape.height, options.shape.width)))),
      spare_(options.shape.bytes()) {
  COVEY_CHECK(options.crop >= 0 && options.crop <= 0.5, options.crop);
  COVEY_CHECK(options.shape.channels == 1 || options.shape.channels == 3, options.shape.channels);
  COVEY_CHECK(
      options.cutout_fill.empty() || options.cutout_fill.size() == std::size_t(options.shape.channels),
      options.cutout_fill.size());
}

int Augmenter::shift(int pad, Sequence& draws) {
  return static_cast<int>(draws.below(static_cast<std::uint32_t>(2 * pad + 1))) - pad;
}

void Augmenter::weak_view(Span<const std::uint8_t> image, Sequence& draws, Span<std::uint8_t> out) {
  COVEY_CHECK(image.size() == spare_.size() && out.size() == spare_.size(), image.size(), out.size());
  const bool flip = options_.flip && draws.coin();
  const int shift_x = shift(pad_x_, draws);
  const int shift_y = shift(pad_y_, draws);
  const int width = options_.shape.width;
  std::uint8_t* to = out.data();
  for (int c = 0; c < options_.shape.channels; ++c) {
    for (int y = 0; y < options_.shape.height; ++y, to += width) {
      const int row = c * options_.shape.height + reflected(y + shift_y, options_.shape.height);
      const std::uint8_t* from = image.data() + std::ptrdiff_t{row} * width;
      // A flipped row that is shifted is a row shifted the other way and then flipped.
      copy_shifted(from, width, flip ? -shift_x : shift_x, to);
      if (flip) std::reverse(to, to + width);
    }
  }
}

void Augmenter::strong_view(Span<const std::uint8_t> image, Sequence& draws, Span<std::uint8_t> out) {
  weak_view(image, draws, out);
  Canvas canvas{options_.shape, out, spare_};
  for (int i = 0; i < kStrongOperations; ++i) {
    const Operation& operation = operation_pool()[draws.below(kOperationCount)];
    const int level = kLevelMin + static_cast<int>(draws.below(kLevelMax - kLevelMin + 1));
    const bool applied = draws.coin();
    const bool negative = draws.coin();
    if (applied) operation.apply(canvas, level, negative);
  }
  if (cutout_side_ > 0) cutout(canvas, cutout_side_, options_.cutout_fill, draws);
  if (canvas.pixels.data() != out.data()) std::memcpy(out.data(), canvas.pixels.data(), out.size());
}

}  // namespace covey::data
