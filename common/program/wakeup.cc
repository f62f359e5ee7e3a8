#include "common/program/wakeup.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>

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

}  // namespace covey::program
