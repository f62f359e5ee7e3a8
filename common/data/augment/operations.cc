#include "common/data/augment/operations.h"

#include "common/data/augment/enhance.h"
#include "common/data/augment/geometry.h"
#include "common/data/augment/tone.h"

namespace covey::data {

const std::array<Operation, kOperationCount>& operation_pool() {
  static constexpr std::array<Operation, kOperationCount> kPool = {{
      {"AutoContrast", [](Canvas& canvas, int, bool) { auto_contrast(canvas); }},
      {"Brightness", [](Canvas& canvas, int level, bool) { brightness(canvas, enhance_factor(level)); }},
      {"Color", [](Canvas& canvas, int level, bool) { color(canvas, enhance_factor(level)); }},
      {"Contrast", [](Canvas& canvas, int level, bool) { contrast(canvas, enhance_factor(level)); }},
      {"Equalize", [](Canvas& canvas, int, bool) { equalize(canvas); }},
      {"Identity", [](Canvas&, int, bool) {}},
      {"Posterize", [](Canvas& canvas, int level, bool) { posterize(canvas, 4 * level / 10 + 4); }},
      {"Rotate",
       [](Canvas& canvas, int level, bool negative) { rotate(canvas, negative ? -3 * level : 3 * level); }},
      {"Sharpness", [](Canvas& canvas, int level, bool) { sharpness(canvas, enhance_factor(level)); }},
      {"ShearX", [](Canvas& canvas, int level,
                    bool negative) { shear_x(canvas, negative ? -0.03 * level : 0.03 * level); }},
      {"ShearY", [](Canvas& canvas, int level,
                    bool negative) { shear_y(canvas, negative ? -0.03 * level : 0.03 * level); }},
      {"Solarize", [](Canvas& canvas, int level, bool) { solarize(canvas, 256 - 256 * level / 10); }},
      {"TranslateX",
       [](Canvas& canvas, int level, bool negative) {
         const int pixels = 3 * level * canvas.shape.width / 100;
         translate(canvas, negative ? -pixels : pixels, 0);
       }},
      {"TranslateY",
       [](Canvas& canvas, int level, bool negative) {
         const int pixels = 3 * level * canvas.shape.height / 100;
         translate(canvas, 0, negative ? -pixels : pixels);
       }},
  }};
  return kPool;
}

}  // namespace covey::data
