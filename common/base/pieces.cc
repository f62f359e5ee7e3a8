#include "common/base/pieces.h"

#include <sched.h>

namespace covey {

// Not std::thread::hardware_concurrency, which counts the machine's cores also where a job was given few.
std::size_t available_cores() {
  static const std::size_t cores = [] {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (::sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return std::size_t{1};
    return static_cast<std::size_t>(std::max(1, CPU_COUNT(&allowed)));
  }();
  return cores;
}

}  // namespace covey
