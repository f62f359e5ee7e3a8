#include "common/base/layout.h"

#include <gtest/gtest.h>

namespace covey {
namespace {

TEST(Layout, SortsByNameAndPacksWithoutGaps) {
  const auto layout = Layout::make(
      {{"b.weight", {2, 3}, TensorKind::kParameter, 0, 0}, {"a.mean", {4}, TensorKind::kBuffer, 0, 0}});
  ASSERT_TRUE(layout.ok());
  EXPECT_EQ(layout->tensors()[0].name, "a.mean");
  EXPECT_EQ(layout->tensors()[1].offset, 4u);
  EXPECT_EQ(layout->value_count(), 10u);
  EXPECT_EQ(layout->without(TensorKind::kBuffer).value_count(), 6u);
}

TEST(Layout, RefusesRepeatedNamesAndEmptyTensors) {
  EXPECT_FALSE(Layout::make({{"a", {1}}, {"a", {2}}}).ok());
  EXPECT_FALSE(Layout::make({{"", {1}}}).ok());
  EXPECT_FALSE(Layout::make({{"a", {3, 0}}}).ok());
}

TEST(Layout, SharedTensorsAreCopiedAndTheRestStays) {
  const Layout full = *Layout::make({{"a", {2}}, {"b", {1}}, {"c", {2}}});
  const Layout part = *Layout::make({{"a", {2}}, {"c", {2}}});
  Values whole{1, 2, 3, 4, 5};
  Values some(4, 0);
  copy_shared_tensors(full, whole, part, Span<float>(some));
  EXPECT_EQ(some, (Values{1, 2, 4, 5}));
  some = {10, 20, 40, 50};
  copy_shared_tensors(part, some, full, Span<float>(whole));
  EXPECT_EQ(whole, (Values{10, 20, 3, 40, 50}));
}

}  // namespace
}  // namespace covey
