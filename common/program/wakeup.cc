#include "common/program/wakeup.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

#include "common/base/check.h"

namespace covey::program {

Wakeup::Wakeup() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  COVEY_CHECK(descriptor_ >= 0, errno);
}

Wakeup::~Wakeup() {
  ::close(descriptor_);
}

void Wakeup::signal() {
  // Fails only when the counter is full, and then the descriptor is readable anyway.
  const eventfd_t one = 1;
  COVEY_CHECK(::eventfd_write(descriptor_, one) == 0 || errno == EAGAIN, errno);
}

void Wakeup::clear() {
  eventfd_t value = 0;
  COVEY_CHECK(::eventfd_read(descriptor_, &value) == 0 || errno == EAGAIN, errno);
}

void wait_readable(const std::vector<int>& descriptors, double timeout_s) {
  std::vector<pollfd> waits;
  for (const int descriptor : descriptors) waits.push_back({descriptor, POLLIN, 0});
  constexpr double kLongest = 60;
  const int timeout_ms = static_cast<int>(std::ceil(1000 * std::clamp(timeout_s, 0.0, kLongest)));
  const int ready = ::poll(waits.data(), waits.size(), timeout_ms);
  COVEY_CHECK(ready >= 0 || errno == EINTR, errno);
}

}  // namespace covey::program
