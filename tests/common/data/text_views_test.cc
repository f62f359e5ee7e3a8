#include "common/data/augment/text_views.h"
#include "common/base/text_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "common/data/text/vocabulary.h"

namespace covey::data {
namespace {

using ::testing::ElementsAre;

constexpr int kTokens = 24;

/// Words 10, 11, ... and padding.
std::vector<std::uint8_t> text_of(std::size_t words) {
  std::vector<std::uint16_t> ids(kTokens, kPadding);
  for (std::size_t i = 0; i < words; ++i) ids[i] = static_cast<std::uint16_t>(10 + i);
  std::vector<std::uint8_t> bytes(ids.size() * 2);
  std::memcpy(bytes.data(), ids.data(), bytes.size());
  return bytes;
}

DataSpec spec() {
  DataSpec spec;
  spec.format = TextShape{kTokens};
  return spec;
}

enum class Kind { kPlain, kWeak, kStrong };

std::vector<float> view(TextViews& views, Kind kind, std::size_t words, std::uint64_t item) {
  const auto text = text_of(words);
  std::vector<float> row(kTokens, -1);
  Sequence draws(Stream(5, {}), item);
  if (kind == Kind::kPlain) views.plain(text, Span<float>(row));
  if (kind == Kind::kWeak) views.weak(text, draws, Span<float>(row));
  if (kind == Kind::kStrong) views.strong(text, draws, Span<float>(row));
  return row;
}

std::size_t words_in(const std::vector<float>& row) {
  const auto end = std::find(row.begin(), row.end(), 0.0f);
  EXPECT_TRUE(std::all_of(end, row.end(), [](float id) { return id == 0; })) << "padding stands at the end";
  return static_cast<std::size_t>(end - row.begin());
}

TEST(TextViews, ThePlainOneIsTheText) {
  TextViews views(spec(), {});
  const auto row = view(views, Kind::kPlain, 3, 0);
  EXPECT_THAT(std::vector<float>(row.begin(), row.begin() + 5), ElementsAre(10, 11, 12, 0, 0));
}

TEST(TextViews, TheWeakOneLeavesOutATenthOfTheWordsInOrder) {
  TextViews views(spec(), {});
  std::size_t left = 0;
  for (std::uint64_t item = 0; item < 1000; ++item) {
    const auto row = view(views, Kind::kWeak, 20, item);
    const std::size_t words = words_in(row);
    left += words;
    EXPECT_TRUE(std::is_sorted(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(words)));
  }
  EXPECT_NEAR(static_cast<double>(left) / 20000, 0.9, 5 * std::sqrt(0.09 / 20000));
}

TEST(TextViews, TheStrongOneMasksARunAndSwapsNeighbours) {
  ViewSettings settings;
  settings.cutout = 0.25;
  TextViews views(spec(), settings);
  std::size_t unsorted = 0;
  for (std::uint64_t item = 0; item < 500; ++item) {
    auto row = view(views, Kind::kStrong, 20, item);
    const std::size_t words = words_in(row);
    row.resize(words);
    const auto masked = std::count(row.begin(), row.end(), static_cast<float>(kUnknown));
    EXPECT_EQ(masked, std::lround(0.25 * static_cast<double>(words)));
    const auto first = std::find(row.begin(), row.end(), static_cast<float>(kUnknown));
    EXPECT_TRUE(std::all_of(first, first + masked, [](float id) { return id == kUnknown; })) << "one run";
    row.erase(first, first + masked);
    unsorted += !std::is_sorted(row.begin(), row.end());
  }
  EXPECT_GT(unsorted, 250u);
}

TEST(TextViews, SomethingAlwaysStays) {
  ViewSettings settings;
  settings.cutout = 1;
  TextViews views(spec(), settings);
  for (std::uint64_t item = 0; item < 300; ++item) {
    for (const std::size_t words : {1, 2, 3}) {
      EXPECT_GE(words_in(view(views, Kind::kWeak, words, item)), 1u);
      const auto row = view(views, Kind::kStrong, words, item);
      EXPECT_GE(words_in(row), 1u);
      EXPECT_TRUE(std::any_of(row.begin(), row.end(), [](float id) { return id >= 10; })) << "not all masked";
    }
  }
}

TEST(TextViews, TheSameDrawsGiveTheSameView) {
  TextViews views(spec(), {});
  EXPECT_EQ(view(views, Kind::kStrong, 20, 7), view(views, Kind::kStrong, 20, 7));
  EXPECT_NE(view(views, Kind::kStrong, 20, 7), view(views, Kind::kStrong, 20, 8));
}

}  // namespace
}  // namespace covey::data
