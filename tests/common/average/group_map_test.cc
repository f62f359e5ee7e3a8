#include "common/average/group_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/average/registry.h"

namespace covey::average {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<int> sizes(const GroupMap& map, std::uint32_t slots) {
  std::vector<int> sizes(map.group_count(), 0);
  std::uint32_t last = 0;
  for (std::uint32_t slot = 0; slot < slots; ++slot) {
    const GroupId group = map.group_of({slot});
    EXPECT_TRUE(group.value == last || group.value == last + 1) << "groups are contiguous ranges of slots";
    last = group.value;
    ++sizes[group.value];
  }
  return sizes;
}

std::vector<int> sizes_of(std::uint32_t slots, std::uint32_t groups) {
  return sizes(*GroupMap::make(slots, groups), slots);
}

TEST(GroupMap, ByDefaultFollowsThePublishedTable) {
  EXPECT_THAT(sizes_of(10, 0), ElementsAre(5, 5));
  EXPECT_THAT(sizes_of(20, 0), ElementsAre(10, 10));
  EXPECT_THAT(sizes_of(30, 0), ElementsAre(10, 10, 10));
  EXPECT_THAT(sizes_of(47, 0), ElementsAre(10, 10, 10, 10, 7));
}

TEST(GroupMap, ByDefaultTakesGroupsOfFiveUpToTenSlots) {
  EXPECT_THAT(sizes_of(1, 0), ElementsAre(1));
  EXPECT_THAT(sizes_of(5, 0), ElementsAre(5));
  EXPECT_THAT(sizes_of(6, 0), ElementsAre(5, 1));
  EXPECT_THAT(sizes_of(11, 0), ElementsAre(10, 1));
}

TEST(GroupMap, TheDefaultNumberOfGroupsIsTheDefaultWhenAskedFor) {
  for (std::uint32_t slots = 1; slots < 100; ++slots) {
    const auto usual = GroupMap::make(slots, 0);
    EXPECT_EQ(sizes_of(slots, usual->group_count()), sizes_of(slots, 0));
  }
}

TEST(GroupMap, AnyOtherNumberOfGroupsHasNearEqualSizes) {
  EXPECT_THAT(sizes_of(10, 3), ElementsAre(4, 3, 3));
  EXPECT_THAT(sizes_of(10, 6), ElementsAre(2, 2, 2, 2, 1, 1));
  for (std::uint32_t slots = 1; slots <= 60; ++slots) {
    const std::uint32_t usual = GroupMap::make(slots, 0)->group_count();
    for (std::uint32_t groups = 1; groups <= slots; ++groups) {
      const auto got = sizes_of(slots, groups);
      ASSERT_EQ(got.size(), groups);
      const auto [least, most] = std::minmax_element(got.begin(), got.end());
      ASSERT_GE(*least, 1);
      if (groups == usual) continue;
      ASSERT_LE(*most - *least, 1) << slots << " " << groups;
    }
  }
}

TEST(GroupMap, SlotsBeyondTheCountedOnesStartAgain) {
  const auto map = GroupMap::make(10, 2);
  EXPECT_EQ(map->group_of({10}), GroupId{0});
  EXPECT_EQ(map->group_of({15}), GroupId{1});
  EXPECT_EQ(map->group_of({24}), GroupId{0});
}

TEST(GroupMap, RefusesMoreGroupsThanSlots) {
  const auto map = GroupMap::make(4, 5);
  EXPECT_EQ(map.status().code(), Code::kInvalidArgument);
  EXPECT_THAT(map.status().message(), HasSubstr("5 groups for 4 slots; allowed: 0 (automatic), 1 to 4"));
  EXPECT_EQ(GroupMap::make(0, 0).status().code(), Code::kInvalidArgument);
}

TEST(Rules, UnknownNameListsTheKnownOnes) {
  const auto rule = make_rule("mode", {});
  EXPECT_EQ(rule.status().code(), Code::kInvalidArgument);
  EXPECT_THAT(rule.status().message(),
              HasSubstr("unknown averaging rule 'mode'; known: fedavg, grouping, median, trimmed-mean"));
}

TEST(Rules, FedAvgHasOneGroup) {
  const auto rule = make_rule("fedavg", {});
  for (const std::uint32_t groups : {0u, 1u}) {
    const auto map = (*rule)->group_map(47, groups);
    EXPECT_THAT(sizes(*map, 47), ElementsAre(47));
  }
  EXPECT_THAT((*rule)->group_map(47, 2).status().message(), HasSubstr("allowed: 0 (automatic), 1"));
}

TEST(Rules, GroupingHasTheGroupsThatAreAskedFor) {
  const auto rule = make_rule("grouping", {});
  const auto map = (*rule)->group_map(10, 4);
  EXPECT_THAT(sizes(*map, 10), ElementsAre(3, 3, 2, 2));
  EXPECT_EQ((*rule)->group_map(10, 11).status().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace covey::average
