#include "common/base/pieces.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <stdexcept>
#include <thread>
#include <vector>

namespace covey {
namespace {

TEST(Pieces, MakeUpTheWholeWithoutOverlap) {
  for (const std::size_t count : {0u, 1u, 2u, 1000u, 12345u}) {
    for (const std::size_t pieces : {1u, 2u, 3u, 7u}) {
      std::vector<std::atomic<int>> visits(count);
      std::atomic<std::size_t> calls = 0;
      in_pieces(count, pieces, [&](std::size_t first, std::size_t last) {
        ++calls;
        for (std::size_t i = first; i < last; ++i) ++visits[i];
      });
      EXPECT_EQ(calls, pieces);
      EXPECT_TRUE(std::all_of(visits.begin(), visits.end(), [](const auto& n) { return n == 1; })) << count;
    }
  }
}

TEST(Pieces, LittleWorkStaysOnTheCallingThread) {
  in_pieces(2'000'000, [caller = std::this_thread::get_id()](std::size_t first, std::size_t last) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    EXPECT_EQ(first, 0u);
    EXPECT_EQ(last, 2'000'000u);
  });
}

TEST(Pieces, MuchWorkGoesToAllCoresThatTheProcessMayUse) {
  std::atomic<std::size_t> calls = 0;
  in_pieces(std::size_t{1} << 40, [&](std::size_t, std::size_t) { ++calls; });
  EXPECT_EQ(calls, available_cores());
  cpu_set_t allowed;
  ASSERT_EQ(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
  EXPECT_EQ(available_cores(), static_cast<std::size_t>(CPU_COUNT(&allowed)));
}

TEST(Pieces, PassAnExceptionOnWhenAllHaveEnded) {
  std::atomic<int> ended = 0;
  const auto work = [&](std::size_t first, std::size_t) {
    if (first == 0) throw std::runtime_error("no memory");
    ++ended;
  };
  EXPECT_THROW(in_pieces(100, 4, work), std::runtime_error);
  EXPECT_EQ(ended, 3);
}

}  // namespace
}  // namespace covey
