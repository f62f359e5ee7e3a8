#include "common/data/augment/views.h"
#include "common/base/image_shape.h"

#include <map>
#include <set>

#include "common/data/augment/cutout.h"
#include "common/data/augment/image_views.h"
#include "tests/common/data/support.h"

namespace covey::data {
namespace {

constexpr ImageShape kGrey{1, 16, 16};
constexpr ImageShape kColour{3, 32, 32};

Stream test_stream() {
  return Stream(7, StreamId{});
}

Bytes strong(Augmenter& augmenter, const Bytes& image, std::uint64_t item) {
  Sequence draws(test_stream(), item);
  Bytes out(image.size());
  augmenter.strong_view(image, draws, Span<std::uint8_t>(out));
  return out;
}

Bytes weak(Augmenter& augmenter, const Bytes& image, std::uint64_t item) {
  Sequence draws(test_stream(), item);
  Bytes out(image.size());
  augmenter.weak_view(image, draws, Span<std::uint8_t>(out));
  return out;
}

/// The weak view of a square image by the book: pad, flip before, crop at (left, top).
Bytes padded_crop(const Bytes& image, const ImageShape& shape, bool flip, int left, int top, int pad) {
  const auto mirror = [](int i, int size) { return i < 0 ? -i : (i >= size ? 2 * size - 2 - i : i); };
  Bytes out;
  for (int c = 0; c < shape.channels; ++c) {
    for (int y = 0; y < shape.height; ++y) {
      for (int x = 0; x < shape.width; ++x) {
        const int row = mirror(y + top - pad, shape.height);
        int column = mirror(x + left - pad, shape.width);
        if (flip) column = shape.width - 1 - column;
        out.push_back(image[static_cast<std::size_t>((c * shape.height + row) * shape.width + column)]);
      }
    }
  }
  return out;
}

TEST(WeakView, IsAlwaysOneOfTheFlippedCropsAndReachesAllOfThem) {
  const Bytes image = pattern(kGrey.bytes());
  std::map<Bytes, int> crops;
  for (const bool flip : {false, true}) {
    for (int left = 0; left <= 4; ++left) {
      for (int top = 0; top <= 4; ++top) crops[padded_crop(image, kGrey, flip, left, top, 2)] = 0;
    }
  }
  ASSERT_EQ(crops.size(), 50u);
  Augmenter augmenter({kGrey, true, 0.5});
  for (std::uint64_t item = 0; item < 2000; ++item) {
    const auto found = crops.find(weak(augmenter, image, item));
    ASSERT_NE(found, crops.end());
    ++found->second;
  }
  for (const auto& crop : crops) EXPECT_GT(crop.second, 10);
}

TEST(WeakView, NeverFlipsWhenFlipsAreOff) {
  const Bytes image = pattern(kGrey.bytes());
  std::set<Bytes> unflipped;
  for (int left = 0; left <= 4; ++left) {
    for (int top = 0; top <= 4; ++top) unflipped.insert(padded_crop(image, kGrey, false, left, top, 2));
  }
  Augmenter augmenter({kGrey, false, 0.5});
  for (std::uint64_t item = 0; item < 500; ++item)
    EXPECT_EQ(unflipped.count(weak(augmenter, image, item)), 1u);
}

TEST(WeakView, ShiftsAsFarAsTheCropSays) {
  const Bytes image = pattern(kGrey.bytes());
  const int pad = 5;
  Augmenter augmenter({kGrey, false, 0, {}, 5.9 / kGrey.width});
  std::set<Bytes> seen;
  for (std::uint64_t item = 0; item < 3000; ++item) seen.insert(weak(augmenter, image, item));
  std::set<Bytes> shifted;
  for (int left = 0; left <= 2 * pad; ++left) {
    for (int top = 0; top <= 2 * pad; ++top) shifted.insert(padded_crop(image, kGrey, false, left, top, pad));
  }
  EXPECT_EQ(seen, shifted);
}

TEST(WeakView, IsTheImageWithoutFlipsAndCrops) {
  Augmenter augmenter({kGrey, false, 0.5, {}, 0});
  EXPECT_FALSE(augmenter.changes_weak_views());
  EXPECT_EQ(weak(augmenter, pattern(kGrey.bytes()), 3), pattern(kGrey.bytes()));
  EXPECT_TRUE(Augmenter({kGrey, true, 0.5, {}, 0}).changes_weak_views());
  EXPECT_TRUE(Augmenter({kGrey, false, 0.5}).changes_weak_views());
}

TEST(WeakView, OfAnImageIsShiftedAsTheSettingsSay) {
  DataSpec spec;
  spec.format = kGrey;
  spec.normalisation = {{0.5f}, {0.25f}};
  const Bytes image = pattern(kGrey.bytes());
  std::vector<float> as_it_is(kGrey.bytes());
  ImageViews(spec, {}).plain(image, Span<float>(as_it_is));
  const auto weak_view = [&](const ViewSettings& settings) {
    Sequence draws(test_stream(), 1);
    std::vector<float> row(kGrey.bytes());
    ImageViews(spec, settings).weak(image, draws, Span<float>(row));
    return row;
  };
  EXPECT_EQ(weak_view({false, 0.5, "paper", 0}), as_it_is);
  EXPECT_NE(weak_view({false, 0.5, "paper", 0.5}), as_it_is);
  EXPECT_NE(weak_view({false, 0.5, "paper", 0.5}), weak_view({}));
}

TEST(WeakView, CropsAreRoundedDownToWholePixels) {
  const ImageShape large{1, 100, 100};
  EXPECT_FALSE(Augmenter({large, false, 0, {}, 0.0099}).changes_weak_views());
  EXPECT_TRUE(Augmenter({large, false, 0, {}, 0.01}).changes_weak_views());
}

TEST(StrongView, IsAFunctionOfItsDrawsAlone) {
  const Bytes image = pattern(kColour.bytes());
  Augmenter first({kColour, true, 0.5});
  Augmenter second({kColour, true, 0.5});
  std::vector<Bytes> views;
  for (std::uint64_t item = 0; item < 50; ++item) views.push_back(strong(first, image, item));
  for (std::uint64_t item = 50; item-- > 0;) EXPECT_EQ(strong(second, image, item), views[item]);
  EXPECT_GT(std::set<Bytes>(views.begin(), views.end()).size(), 45u);
}

TEST(StrongView, UsesTheSameDrawsWhateverThePixels) {
  Augmenter augmenter({kColour, true, 0.5});
  for (std::uint64_t item = 0; item < 100; ++item) {
    Sequence a(test_stream(), item);
    Sequence b(test_stream(), item);
    Bytes out(kColour.bytes());
    augmenter.strong_view(pattern(kColour.bytes()), a, Span<std::uint8_t>(out));
    augmenter.strong_view(Bytes(kColour.bytes(), 0), b, Span<std::uint8_t>(out));
    ASSERT_EQ(a.next_u64(), b.next_u64());
  }
}

TEST(StrongView, AlwaysEndsWithCutoutUnlessItIsOff) {
  // No operation turns even white into 127 on its own; without Cutout the value never appears.
  const Bytes white(kColour.bytes(), 255);
  const auto greys = [&](double cutout, std::uint64_t item) {
    Augmenter augmenter({kColour, true, cutout});
    const Bytes view = strong(augmenter, white, item);
    return std::count(view.begin(), view.end(), 127);
  };
  for (std::uint64_t item = 0; item < 200; ++item) {
    EXPECT_GE(greys(0.5, item), 3 * 9 * 9) << item;
    EXPECT_EQ(greys(0.0, item), 0) << item;
  }
}

TEST(Cutout, TheBoxIsClampedOnTheNearSideFirst) {
  const auto box = [](double x, double y) { return cutout_box({3, 32, 32}, x, y, 16); };
  EXPECT_EQ(box(0.0, 0.0).left, 0);
  EXPECT_EQ(box(0.0, 0.0).right, 16) << "counted from the clamped edge";
  EXPECT_EQ(box(16.5, 0).left, 8);
  EXPECT_EQ(box(16.5, 0).right, 24);
  EXPECT_EQ(box(0, 31.9).top, 23);
  EXPECT_EQ(box(0, 31.9).bottom, 31) << "clipped at the far edge";
}

TEST(Cutout, TheBoxAlwaysLiesInsideTheImage) {
  for (int side = 1; side <= 40; ++side) {
    for (double x = 0.0; x < 28.0; x += 0.37) {
      const Box box = cutout_box({1, 28, 28}, x, 27.99 - x, side);
      ASSERT_TRUE(box.left >= 0 && box.top >= 0 && box.right < 28 && box.bottom < 28);
      ASSERT_TRUE(box.left <= box.right && box.top <= box.bottom);
    }
  }
}

TEST(Cutout, FillsColourWith127AndGreyWithHalfTheBrightest) {
  const auto fill_of = [](const ImageShape& shape, std::uint8_t value) {
    Bytes pixels(shape.bytes(), value);
    Bytes spare(shape.bytes());
    Canvas canvas{shape, Span<std::uint8_t>(pixels), Span<std::uint8_t>(spare)};
    Sequence draws(test_stream(), 1);
    cutout(canvas, 14, {}, draws);
    std::set<int> values(pixels.begin(), pixels.end());
    values.erase(value);
    EXPECT_EQ(values.size(), 1u);
    return *values.begin();
  };
  EXPECT_EQ(fill_of({3, 32, 32}, 255), 127);
  EXPECT_EQ(fill_of({1, 28, 28}, 255), 127);
  EXPECT_EQ(fill_of({1, 28, 28}, 101), 50);
}

TEST(Cutout, TheFillIsTheMeanPixelOrBlackWhereAskedFor) {
  const Normalisation each{{0.4914f, 0.4822f, 0.4465f}, {1, 1, 1}};
  const Normalisation one{{0.5f}, {1}};
  EXPECT_EQ(cutout_fill("paper", kColour, each), Bytes{});
  EXPECT_EQ(cutout_fill("mean", kColour, each), (Bytes{125, 123, 114}));
  EXPECT_EQ(cutout_fill("mean", kColour, one), (Bytes{128, 128, 128}));
  EXPECT_EQ(cutout_fill("zero", kColour, each), (Bytes{0, 0, 0}));
  EXPECT_EQ(cutout_fill("zero", kGrey, one), (Bytes{0}));
}

TEST(Cutout, FillsEveryChannelWithItsOwnValueInTheSameBox) {
  const Bytes white(kColour.bytes(), 255);
  const auto view = [&](const std::vector<std::uint8_t>& fill, std::uint64_t item) {
    Augmenter augmenter({kColour, true, 0.5, fill});
    return strong(augmenter, white, item);
  };
  for (std::uint64_t item = 0; item < 50; ++item) {
    const Bytes paper = view({}, item);
    Bytes expected = paper;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (paper[i] == 127) expected[i] = static_cast<std::uint8_t>(121 + i / (32 * 32));
    }
    EXPECT_EQ(view({121, 122, 123}, item), expected) << item;
  }
}

}  // namespace
}  // namespace covey::data
