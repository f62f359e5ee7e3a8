#include <algorithm>
#include <array>
#include <cmath>

#include "common/base/image_shape.h"
#include "common/base/random.h"
#include "common/data/images.h"
#include "common/data/readers/glyph_shapes.h"
#include "common/data/readers/normalisations.h"
#include "common/data/readers/readers.h"

namespace covey::data {

namespace {

constexpr int kSide = 28;
constexpr ImageShape kShape{1, kSide, kSide};
constexpr std::int64_t kGlyphImagesMax = 1'000'000;
/// Test images are numbered from here on, so that their draws do not depend on the number of training images.
constexpr std::uint64_t kFirstTestItem = std::uint64_t{1} << 32;

using Ink = std::array<double, static_cast<std::size_t>(kSide) * kSide>;

double between(Sequence& draws, double low, double high) {
  return low + (high - low) * draws.uniform_double();
}

/// A random affine map with some bending, from the unit square to pixels.
class Hand {
 public:
  explicit Hand(Sequence& draws) {
    const double angle = between(draws, -0.4, 0.4);
    const double slant = between(draws, -0.4, 0.4);
    const double width = between(draws, 12.0, 21.0);
    const double height = between(draws, 14.0, 22.0);
    // Half-angle form: rotation without a trigonometric function, whose last bits differ between libraries.
    const double t = angle / 2.0;
    const double cosine = (1.0 - t * t) / (1.0 + t * t);
    const double sine = 2.0 * t / (1.0 + t * t);
    map_ = {cosine * width, (cosine * slant - sine) * height, sine * width, (sine * slant + cosine) * height};
    shift_ = {kSide / 2.0 + between(draws, -2.5, 2.5), kSide / 2.0 + between(draws, -2.5, 2.5)};
    for (double& bend : bend_) bend = between(draws, -0.5, 0.5);
  }

  Point place(const Point& p) const {
    const double x = p.x - 0.5;
    const double y = p.y - 0.5;
    const double bent_x = x + bend_[0] * y * y + bend_[1] * x * y;
    const double bent_y = y + bend_[2] * x * x + bend_[3] * x * y;
    return {shift_.x + map_[0] * bent_x + map_[1] * bent_y, shift_.y + map_[2] * bent_x + map_[3] * bent_y};
  }

 private:
  std::array<double, 4> map_{};
  Point shift_;
  std::array<double, 4> bend_{};
};

double distance(const Point& p, const Segment& s) {
  const double dx = s.to.x - s.from.x;
  const double dy = s.to.y - s.from.y;
  const double length_squared = dx * dx + dy * dy;
  double along = 0.0;
  if (length_squared > 0.0) {
    along = std::clamp(((p.x - s.from.x) * dx + (p.y - s.from.y) * dy) / length_squared, 0.0, 1.0);
  }
  const double ex = p.x - s.from.x - along * dx;
  const double ey = p.y - s.from.y - along * dy;
  return std::sqrt(ex * ex + ey * ey);
}

/// Draws a segment with round ends and one pixel of soft edge; only the pixels around it are visited.
void draw(const Segment& s, double radius, double strength, Ink& ink) {
  const double reach = radius + 1.0;
  const auto first = [&](double a, double b) {
    return std::max(0, static_cast<int>(std::floor(std::min(a, b) - reach)));
  };
  const auto last = [&](double a, double b) {
    return std::min(kSide - 1, static_cast<int>(std::ceil(std::max(a, b) + reach)));
  };
  for (int y = first(s.from.y, s.to.y); y <= last(s.from.y, s.to.y); ++y) {
    for (int x = first(s.from.x, s.to.x); x <= last(s.from.x, s.to.x); ++x) {
      const double cover = std::clamp(radius + 0.5 - distance({x + 0.5, y + 0.5}, s), 0.0, 1.0);
      double& pixel = ink[static_cast<std::size_t>(y * kSide + x)];
      pixel = std::max(pixel, strength * cover);
    }
  }
}

/// Short faint strokes anywhere: what lies around a character in a scan.
void draw_clutter(Sequence& draws, Ink& ink) {
  const std::uint32_t count = draws.below(4);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Point from{between(draws, 0, kSide), between(draws, 0, kSide)};
    const Point to{from.x + between(draws, -7, 7), from.y + between(draws, -7, 7)};
    draw({from, to}, between(draws, 0.4, 1.1), between(draws, 0.3, 0.9), ink);
  }
}

void add_image(const Glyph& glyph, std::int32_t label, Sequence draws, SampleSet& images) {
  const Hand hand(draws);
  const double radius = between(draws, 0.5, 1.8);
  const double strength = between(draws, 0.5, 1.0);
  const double noise = between(draws, 6.0, 32.0);
  Ink ink{};
  for (const Segment& s : glyph) draw({hand.place(s.from), hand.place(s.to)}, radius, strength, ink);
  draw_clutter(draws, ink);
  for (const double pixel : ink) {
    const double value = std::clamp(255.0 * pixel + noise * draws.normal(), 0.0, 255.0);
    images.bytes.push_back(static_cast<std::uint8_t>(std::lround(value)));
  }
  images.labels.push_back(label);
}

SampleSet draw_images(const std::vector<Glyph>& shapes, std::int64_t classes, std::int64_t count,
                      const Stream& stream, std::uint64_t first_item) {
  SampleSet images;
  images.format = kShape;
  images.bytes.reserve(static_cast<std::size_t>(count) * kShape.bytes());
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t label = i % classes;
    add_image(shapes[static_cast<std::size_t>(label)], static_cast<std::int32_t>(label),
              Sequence(stream, first_item + static_cast<std::uint64_t>(i)), images);
  }
  return images;
}

Status check_range(const char* key, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value >= low && value <= high) return ok_status();
  return invalid_argument(std::string(key) + " is " + std::to_string(value) + "; allowed are " +
                          std::to_string(low) + " to " + std::to_string(high));
}

}  // namespace

/// Characters drawn with a random hand: turned, slanted, bent, thick or thin, faint, with clutter and noise.
/// Image i shows class i mod classes and is a function of (seed, i) alone.
Result<Dataset> generate_glyphs(const config::Data& config, std::uint64_t seed) {
  // Such as a coordinator's folder that vanished: not a reason to draw other images.
  if (!config.path.empty()) {
    return not_found("is not a folder of `covey-sim partition --write`, and glyphs are drawn, not read");
  }
  const auto known = static_cast<std::int64_t>(kGlyphCharacters.size());
  COVEY_RETURN_IF_ERROR(check_range("data.glyph_classes", config.glyph_classes, 10, known));
  COVEY_RETURN_IF_ERROR(
      check_range("data.glyph_train", config.glyph_train, config.glyph_classes, kGlyphImagesMax));
  COVEY_RETURN_IF_ERROR(check_range("data.glyph_test", config.glyph_test, 1, kGlyphImagesMax));
  const std::vector<Glyph> shapes = glyph_shapes();
  StreamId id;
  id.purpose = Purpose::kGlyphs;
  const Stream stream(seed, id);
  Dataset dataset;
  dataset.train = draw_images(shapes, config.glyph_classes, config.glyph_train, stream, 0);
  dataset.test = draw_images(shapes, config.glyph_classes, config.glyph_test, stream, kFirstTestItem);
  dataset.classes = static_cast<int>(config.glyph_classes);
  dataset.normalisation = character_normalisation();
  dataset.characters = true;
  return dataset;
}

}  // namespace covey::data
