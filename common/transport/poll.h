#pragma once

#include <vector>

namespace covey::transport {

/// What ended a wait. Nothing set: the time is over, a signal arrived, or the socket did work of its own.
struct Ready {
  bool message = false;          ///< receive() has something
  std::vector<int> descriptors;  ///< those of the caller's that are readable
};

}  // namespace covey::transport
