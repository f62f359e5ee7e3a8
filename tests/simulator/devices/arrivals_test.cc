#include "simulator/devices/arrivals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace covey::simulator {
namespace {

TEST(Arrivals, ComeByTimeThenByRank) {
  Arrivals arrivals;
  std::vector<std::string> order;
  const auto add = [&](double time, std::uint32_t rank, const std::string& name) {
    arrivals.add(time, rank, [&order, name] {
      order.push_back(name);
      return ok_status();
    });
  };
  add(2, 1, "second of 2");
  add(3, 0, "third");
  add(2, 0, "first of 2");
  add(1, 9, "first");
  EXPECT_EQ(arrivals.next_time(), 1);
  while (!arrivals.empty()) EXPECT_TRUE(arrivals.take_next()().ok());
  EXPECT_THAT(order, ::testing::ElementsAre("first", "first of 2", "second of 2", "third"));
}

TEST(Arrivals, MayBringNewOnes) {
  Arrivals arrivals;
  arrivals.add(1, 0, [&arrivals] {
    arrivals.add(5, 0, [] { return ok_status(); });
    return ok_status();
  });
  EXPECT_TRUE(arrivals.take_next()().ok());
  EXPECT_EQ(arrivals.next_time(), 5);
}

}  // namespace
}  // namespace covey::simulator
