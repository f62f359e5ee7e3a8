#include "common/program/stop_signal.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

#include "common/base/check.h"

namespace covey::program {

namespace {

// A signal handler reaches nothing but globals.
std::atomic<bool> stop_requested{false};
std::atomic<int> stop_descriptor{-1};

void on_signal(int signal_number) {
  if (stop_requested.exchange(true)) ::_exit(128 + signal_number);
  const int interrupted_errno = errno;
  const std::uint64_t one = 1;
  // The counter of an eventfd cannot be full here, so the only outcome is success.
  const ssize_t written = ::write(stop_descriptor.load(), &one, sizeof(one));
  static_cast<void>(written);
  errno = interrupted_errno;
}

void set_handler(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  COVEY_CHECK(::sigaction(SIGINT, &action, nullptr) == 0);
  COVEY_CHECK(::sigaction(SIGTERM, &action, nullptr) == 0);
}

}  // namespace

StopSignal::StopSignal() {
  COVEY_CHECK(stop_descriptor.load() == -1, "two stop signals");
  stop_requested = false;
  stop_descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  COVEY_CHECK(stop_descriptor.load() >= 0);
  set_handler(on_signal);
}

StopSignal::~StopSignal() {
  set_handler(SIG_DFL);
  ::close(stop_descriptor.exchange(-1));
}

bool StopSignal::requested() const {
  return stop_requested.load();
}

int StopSignal::descriptor() const {
  return stop_descriptor.load();
}

}  // namespace covey::program
