#include <set>

#include "common/base/image_shape.h"
#include "common/data/images.h"
#include "common/data/readers/glyph_shapes.h"
#include "common/data/registry.h"
#include "tests/common/data/support.h"

namespace covey::data {
namespace {

config::Data glyphs(std::int64_t classes, std::int64_t train, std::int64_t test = 50) {
  config::Data config;
  config.glyph_classes = classes;
  config.glyph_train = train;
  config.glyph_test = test;
  return config;
}

TEST(GlyphShapes, AreFortySevenDistinctCharactersInsideTheSquare) {
  const auto shapes = glyph_shapes();
  ASSERT_EQ(shapes.size(), 47u);
  EXPECT_EQ(std::set<char>(kGlyphCharacters.begin(), kGlyphCharacters.end()).size(), 47u);
  for (const Glyph& glyph : shapes) {
    ASSERT_FALSE(glyph.empty());
    for (const Segment& s : glyph) {
      for (const Point p : {s.from, s.to}) {
        EXPECT_TRUE(p.x >= 0.0 && p.x <= 1.0 && p.y >= 0.0 && p.y <= 1.0) << p.x << ' ' << p.y;
      }
    }
  }
}

TEST(Glyphs, AreNotDrawnWhereAPathNamesAFolder) {
  config::Data config = glyphs(10, 100);
  config.path = "vanished/server";
  const Status status = load_dataset(config, 5).status();
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_NE(status.message().find("vanished/server"), std::string::npos) << status.message();
}

TEST(Glyphs, AreAFunctionOfSeedAndPosition) {
  const auto small = load_dataset(glyphs(10, 100), 5);
  const auto large = load_dataset(glyphs(10, 200), 5);
  const auto other = load_dataset(glyphs(10, 100), 6);
  ASSERT_TRUE(small.ok() && large.ok() && other.ok());
  EXPECT_TRUE(std::equal(small->train.bytes.begin(), small->train.bytes.end(), large->train.bytes.begin()));
  EXPECT_EQ(small->test.bytes, large->test.bytes);
  EXPECT_NE(small->train.bytes, other->train.bytes);
}

TEST(Glyphs, AreBalancedGreyCharacters) {
  const auto dataset = load_dataset(glyphs(47, 470), 1);
  ASSERT_TRUE(dataset.ok()) << dataset.status().message();
  EXPECT_EQ(ImageShape::of(dataset->train.format), (ImageShape{1, 28, 28}));
  EXPECT_EQ(dataset->classes, 47);
  EXPECT_TRUE(dataset->characters);
  for (const auto& members : positions_by_class(dataset->train, 47)) EXPECT_EQ(members.size(), 10u);
}

/// Share of test images whose nearest neighbour among the first `count` training images has their label.
double nearest_neighbour_accuracy(const Dataset& dataset, std::size_t count) {
  std::size_t right = 0;
  for (std::size_t t = 0; t < dataset.test.size(); ++t) {
    const auto test = dataset.test.sample(t);
    std::int64_t best = std::numeric_limits<std::int64_t>::max();
    std::int32_t label = -1;
    for (std::size_t i = 0; i < count; ++i) {
      const auto train = dataset.train.sample(i);
      std::int64_t distance = 0;
      for (std::size_t p = 0; p < test.size(); ++p) {
        const int difference = int{test[p]} - int{train[p]};
        distance += difference * difference;
      }
      if (distance < best) {
        best = distance;
        label = dataset.train.labels[i];
      }
    }
    right += label == dataset.test.labels[t];
  }
  return static_cast<double>(right) / static_cast<double>(dataset.test.size());
}

TEST(Glyphs, AFewLabelsAreNotEnoughAndManyHelp) {
  const auto dataset = load_dataset(glyphs(10, 5000, 300), 1);
  ASSERT_TRUE(dataset.ok());
  const double few = nearest_neighbour_accuracy(*dataset, 100);
  const double many = nearest_neighbour_accuracy(*dataset, 5000);
  EXPECT_GT(few, 0.25);
  EXPECT_LT(few, 0.7);
  EXPECT_GT(many, 0.8);
}

TEST(Glyphs, RefusesSettingsOutsideTheRange) {
  for (const auto& config :
       {glyphs(9, 100), glyphs(48, 100), glyphs(10, 9), glyphs(10, 100, 0), glyphs(10, 2'000'000)}) {
    const Status status = load_dataset(config, 1).status();
    EXPECT_EQ(status.code(), Code::kInvalidArgument);
    EXPECT_NE(status.message().find("allowed are"), std::string::npos) << status.message();
  }
}

}  // namespace
}  // namespace covey::data
