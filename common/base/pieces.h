#pragma once

#include <algorithm>
#include <cstddef>
#include <future>
#include <vector>

namespace covey {

/// Cores that this process may use, as they were when it was first asked for; at least 1.
std::size_t available_cores();

/// Calls work(first, last) for so many ranges that make up [0, count), all at the same time, and returns when
/// all are done.
///   work  what it does for an element depends on no other element. If it throws, so does this, and what it
///   made is of no use.
template <typename Work>
void in_pieces(std::size_t count, std::size_t pieces, const Work& work) {
  std::vector<std::future<void>> others;
  for (std::size_t i = 1; i < pieces; ++i) {
    // Not std::launch::async: where no thread can be had, get() does the work.
    others.push_back(
        std::async([&work, count, pieces, i] { work(count * i / pieces, count * (i + 1) / pieces); }));
  }
  work(0, count / pieces);
  for (auto& other : others) other.get();
}

/// The same on as many cores as there are, each with a million (2^20) elements at least; fewer than two
/// million stay on the calling thread.
template <typename Work>
void in_pieces(std::size_t count, const Work& work) {
  constexpr std::size_t kWorthAThread = std::size_t{1} << 20;
  if (count < 2 * kWorthAThread) return work(0, count);
  in_pieces(count, std::min(available_cores(), count / kWorthAThread), work);
}

}  // namespace covey
