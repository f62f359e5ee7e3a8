#pragma once

#include <functional>
#include <map>
#include <utility>

#include "common/base/status.h"

namespace covey::simulator {

/// What will happen at which simulated second. What happens at one instant is ordered by `rank`, so that a
/// run is the same however long its jobs really took.
class Arrivals {
 public:
  using Deliver = std::function<Status()>;

  void add(double time, std::uint32_t rank, Deliver deliver) {
    waiting_.emplace(std::make_pair(time, rank), std::move(deliver));
  }
  bool empty() const { return waiting_.empty(); }
  /// Of the next arrival; there is one.
  double next_time() const { return waiting_.begin()->first.first; }
  Deliver take_next() {
    Deliver next = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    return next;
  }

 private:
  std::multimap<std::pair<double, std::uint32_t>, Deliver> waiting_;
};

}  // namespace covey::simulator
