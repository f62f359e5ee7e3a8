#pragma once

#include <vector>

namespace covey::program {

/// Lets another thread end the wait of a poll loop.
class Wakeup {
 public:
  Wakeup();
  ~Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;

  /// Readable from signal() to clear().
  int descriptor() const { return descriptor_; }
  /// From any thread.
  void signal();
  void clear();

 private:
  int descriptor_;
};

/// Blocks until one of `descriptors` is readable, at most `timeout_s`. A signal ends it early.
void wait_readable(const std::vector<int>& descriptors, double timeout_s);

}  // namespace covey::program
