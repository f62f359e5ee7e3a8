#include "server/selection.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace covey::testing {
namespace {

std::vector<UserId> users(std::uint32_t count) {
  std::vector<UserId> all;
  for (std::uint32_t user = 0; user < count; ++user) all.push_back(UserId{user});
  return all;
}

std::vector<std::uint32_t> numbers(const std::vector<server::Seat>& seats) {
  std::vector<std::uint32_t> found;
  for (const server::Seat& seat : seats) found.push_back(seat.user.value);
  return found;
}

TEST(RandomSelector, SeatsDistinctUsersInSlotOrder) {
  const auto selector = server::make_random_selector(1, 4);
  const auto seats = selector->select(0, 0, users(9));
  ASSERT_EQ(seats.size(), 4u);
  std::set<std::uint32_t> distinct;
  for (std::uint32_t slot = 0; slot < 4; ++slot) {
    EXPECT_EQ(seats[slot].slot, SlotId{slot});
    EXPECT_LT(seats[slot].user.value, 9u);
    distinct.insert(seats[slot].user.value);
  }
  EXPECT_EQ(distinct.size(), 4u);
}

TEST(RandomSelector, TakesAllUsersWhenThereAreFewer) {
  const auto seats = server::make_random_selector(1, 4)->select(0, 0, {UserId{5}, UserId{8}});
  ASSERT_EQ(seats.size(), 2u);
  EXPECT_NE(seats[0].user, seats[1].user);
  EXPECT_TRUE(server::make_random_selector(1, 4)->select(0, 0, {}).empty());
}

TEST(RandomSelector, IsAFunctionOfSeedRoundAndAttempt) {
  const auto draw = [](std::uint64_t seed, std::uint32_t round, std::uint32_t attempt) {
    return numbers(server::make_random_selector(seed, 10)->select(round, attempt, users(50)));
  };
  EXPECT_EQ(draw(1, 2, 3), draw(1, 2, 3));
  EXPECT_NE(draw(1, 2, 3), draw(2, 2, 3));
  EXPECT_NE(draw(1, 2, 3), draw(1, 3, 3));
  EXPECT_NE(draw(1, 2, 3), draw(1, 2, 4));
}

TEST(RandomSelector, GivesEveryUserEachSlotEquallyOften) {
  const auto selector = server::make_random_selector(7, 2);
  std::map<std::pair<std::uint32_t, std::uint32_t>, int> seen;
  constexpr int kRounds = 4000;
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    for (const server::Seat& seat : selector->select(round, 0, users(4)))
      ++seen[{seat.slot.value, seat.user.value}];
  }
  // 1000 expected, standard deviation 27.
  EXPECT_EQ(seen.size(), 8u);
  for (const auto& [key, times] : seen) EXPECT_NEAR(times, 1000, 140) << key.first << ' ' << key.second;
}

TEST(RandomSelector, StartsEachRoundWithAttemptZero) {
  EXPECT_EQ(server::make_random_selector(7, 2)->first_attempt(5), 0u);
}

TEST(RecordedSelector, RepeatsTheRecordedAttemptAndSeats) {
  const auto selector = server::make_recorded_selector(
      {{0, {{SlotId{1}, UserId{3}}}}, {2, {{SlotId{0}, UserId{4}}, {SlotId{2}, UserId{0}}}}});
  EXPECT_EQ(selector->first_attempt(0), 0u);
  EXPECT_EQ(selector->first_attempt(1), 2u);
  const auto seats = selector->select(1, 2, users(1));
  ASSERT_EQ(seats.size(), 2u);
  EXPECT_EQ(seats[1].slot, SlotId{2});
  EXPECT_EQ(seats[1].user, UserId{0});
}

TEST(RecordedSelectorDeath, StopsTheProgramBeyondTheRecord) {
  const auto selector = server::make_recorded_selector({});
  EXPECT_DEATH(selector->first_attempt(0), "rounds_");
}

}  // namespace
}  // namespace covey::testing
