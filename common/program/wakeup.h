#pragma once

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

}  // namespace covey::program
