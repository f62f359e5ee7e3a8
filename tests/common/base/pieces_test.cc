#include "common/base/pieces.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>

namespace covey {
namespace {

TEST(Pieces, MakeUpTheWholeWithoutOverlap) {
  for (const std::size_t count :
       {std::size_t{0}, std::size_t{1}, std::size_t{1000}, std::size_t{5'000'001}}) {
    std::vector<std::uint8_t> visits(count, 0);
    std::atomic<int> calls = 0;
    in_pieces(count, [&](std::size_t first, std::size_t last) {
      ++calls;
      for (std::size_t i = first; i < last; ++i) ++visits[i];
    });
    EXPECT_EQ(std::count(visits.begin(), visits.end(), 1), static_cast<std::ptrdiff_t>(count));
    if (count < 1'000'000) {
      EXPECT_EQ(calls, 1) << "little work stays on the calling thread";
    }
  }
}

}  // namespace
}  // namespace covey
