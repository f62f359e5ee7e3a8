// The operations against Pillow's results on two images (tests/golden/augment), and their parameters at the
// end levels.

#include "common/data/augment/operations.h"
#include "common/base/image_shape.h"

#include <map>
#include <set>
#include <sstream>

#include "common/data/augment/enhance.h"
#include "common/data/readers/idx_file.h"
#include "tests/common/data/support.h"

namespace covey::data {
namespace {

/// Walks through the records of augment.bin.gz; the format is described in generate.py.
class GoldenFile {
 public:
  GoldenFile() {
    auto bytes = read_plain_or_gzip(fs::path(COVEY_SOURCE_DIR) / "tests/golden/augment/augment.bin.gz");
    EXPECT_TRUE(bytes.ok()) << bytes.status().message();
    if (bytes.ok()) bytes_ = *std::move(bytes);
  }
  bool done() const { return offset_ == bytes_.size(); }
  std::string line() {
    std::string text;
    while (bytes_[offset_] != '\n') text += static_cast<char>(bytes_[offset_++]);
    ++offset_;
    return text;
  }
  Bytes pixels(std::size_t count) {
    Bytes part(bytes_.begin() + static_cast<std::ptrdiff_t>(offset_),
               bytes_.begin() + static_cast<std::ptrdiff_t>(offset_ + count));
    offset_ += count;
    return part;
  }

 private:
  Bytes bytes_;
  std::size_t offset_ = 0;
};

const Operation& operation_named(const std::string& name) {
  for (const Operation& operation : operation_pool()) {
    if (name == operation.name) return operation;
  }
  ADD_FAILURE() << "no operation " << name;
  return operation_pool()[0];
}

Bytes applied(const Operation& operation, const ImageShape& shape, Bytes pixels, int level, bool negative) {
  Bytes spare(pixels.size());
  Canvas canvas{shape, Span<std::uint8_t>(pixels), Span<std::uint8_t>(spare)};
  operation.apply(canvas, level, negative);
  return Bytes(canvas.pixels.begin(), canvas.pixels.end());
}

TEST(Operations, EqualPillowOnGreyAndColourAtTheEndLevels) {
  GoldenFile golden;
  ImageShape shape;
  Bytes input;
  std::map<std::string, int> compared;
  while (!golden.done()) {
    std::istringstream line(golden.line());
    std::string name;
    line >> name;
    if (name == "input") {
      line >> shape.channels >> shape.height >> shape.width;
      input = golden.pixels(shape.bytes());
      continue;
    }
    int level = 0;
    int negative = 0;
    line >> level >> negative;
    const Bytes expected = golden.pixels(shape.bytes());
    EXPECT_EQ(applied(operation_named(name), shape, input, level, negative != 0), expected)
        << name << " level " << level << " negative " << negative << " channels " << shape.channels;
    ++compared[name];
  }
  EXPECT_EQ(compared.size(), kOperationCount);
  EXPECT_EQ(compared["Rotate"], 8);
}

TEST(Operations, ThePoolHoldsFourteenNames) {
  std::set<std::string> names;
  for (const Operation& operation : operation_pool()) names.insert(operation.name);
  EXPECT_EQ(names.size(), 14u);
}

TEST(Operations, ParametersAtTheEndLevels) {
  EXPECT_FLOAT_EQ(enhance_factor(1), 0.14f);
  EXPECT_FLOAT_EQ(enhance_factor(9), 0.86f);
  const ImageShape shape{1, 1, 256};
  Bytes ramp(256);
  for (std::size_t i = 0; i < 256; ++i) ramp[i] = static_cast<std::uint8_t>(i);
  const auto after = [&](const char* name, int level, bool negative = false) {
    return applied(operation_named(name), shape, ramp, level, negative);
  };
  EXPECT_EQ(after("Solarize", 1)[230], 230);
  EXPECT_EQ(after("Solarize", 1)[231], 24);
  EXPECT_EQ(after("Solarize", 9)[25], 25);
  EXPECT_EQ(after("Solarize", 9)[26], 229);
  EXPECT_EQ(after("Posterize", 1)[255], 0xf0);
  EXPECT_EQ(after("Posterize", 9)[255], 0xfe);
  EXPECT_EQ(after("Brightness", 1)[200], 28);
  EXPECT_EQ(after("Brightness", 9)[200], 172);
  EXPECT_EQ(after("TranslateX", 1)[0], 7) << "trunc(.03 * 256)";
  EXPECT_EQ(after("TranslateX", 9)[0], 69);
  EXPECT_EQ(after("TranslateX", 9, true)[68], 0);
  EXPECT_EQ(after("TranslateX", 9, true)[70], 1);
}

TEST(Operations, EveryOperationAcceptsEveryImageAndLevel) {
  for (const ImageShape shape : {ImageShape{1, 1, 1}, ImageShape{3, 2, 1}, ImageShape{3, 5, 9}}) {
    for (const Operation& operation : operation_pool()) {
      for (int level = kLevelMin; level <= kLevelMax; ++level) {
        for (const Bytes& input :
             {pattern(shape.bytes()), Bytes(shape.bytes(), 0), Bytes(shape.bytes(), 255)}) {
          EXPECT_EQ(applied(operation, shape, input, level, level % 2 == 0).size(), shape.bytes())
              << operation.name;
        }
      }
    }
  }
}

}  // namespace
}  // namespace covey::data
