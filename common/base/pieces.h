#pragma once

#include <algorithm>
#include <cstddef>
#include <future>
#include <thread>
#include <vector>

namespace covey {

/// Calls work(first, last) for ranges that make up [0, count): one for every core where there is much to do,
/// all at the same time; else one for everything, on the calling thread. Returns when all are done.
///   work  what it does for an element depends on no other element, and it does not throw
template <typename Work>
void in_pieces(std::size_t count, const Work& work) {
  constexpr std::size_t kWorthAThread = std::size_t{1} << 20;
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  const std::size_t pieces = std::max<std::size_t>(1, std::min(cores, count / kWorthAThread));
  std::vector<std::future<void>> others;
  for (std::size_t i = 1; i < pieces; ++i) {
    // Not std::launch::async: where no thread can be had, get() does the work.
    others.push_back(
        std::async([&work, count, pieces, i] { work(count * i / pieces, count * (i + 1) / pieces); }));
  }
  work(0, count / pieces);
  for (auto& other : others) other.get();
}

}  // namespace covey
