#include "common/data/partition/rounding.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "common/base/check.h"

namespace covey::data {

namespace {

/// Quotas within this of each other, or of a whole number, are equal: the rest is rounding of doubles.
constexpr double kGrid = 1e9;

}  // namespace

std::vector<std::size_t> largest_remainder(const std::vector<double>& quotas, std::size_t total,
                                           std::size_t favoured) {
  const std::size_t count = quotas.size();
  std::vector<std::size_t> parts(count);
  std::vector<std::int64_t> remainders(count);
  std::size_t given = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto scaled = static_cast<std::int64_t>(std::llround(quotas[i] * kGrid));
    parts[i] = static_cast<std::size_t>(scaled / static_cast<std::int64_t>(kGrid));
    remainders[i] = scaled % static_cast<std::int64_t>(kGrid);
    given += parts[i];
  }
  COVEY_CHECK(given <= total && total - given <= count, given, total, count);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (remainders[a] != remainders[b]) return remainders[a] > remainders[b];
    return (a + count - favoured % count) % count < (b + count - favoured % count) % count;
  });
  for (std::size_t i = 0; i < total - given; ++i) ++parts[order[i]];
  return parts;
}

}  // namespace covey::data
