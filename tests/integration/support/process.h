#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace covey::testing {

using Command = std::vector<std::string>;

/// A child process whose output is captured. Killed when the object goes.
class Process {
 public:
  /// Starts `command[0]` with its arguments; empty standard input.
  explicit Process(const Command& command);
  ~Process();
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;

  pid_t pid() const { return pid_; }
  bool running() { return !wait(0); }
  void signal(int number) const;
  /// SIGKILL, and waits for the end.
  void kill();
  /// The exit code, 128 + N after signal N; empty when the process still runs after `seconds`.
  std::optional<int> wait(double seconds);

  /// What it has written so far.
  std::string out() const;
  std::string err() const;

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::optional<int> exit_code_;
};

struct Outcome {
  int code = -1;  ///< -1: it had to be killed
  std::string out;
  std::string err;
  double seconds = 0;
};

/// Runs a command to its end, at most `seconds`.
Outcome run(const Command& command, double seconds = 60);

double monotonic_seconds();

/// Asks every few milliseconds until `condition` holds; false after `seconds`.
template <typename Condition>
bool eventually(double seconds, Condition condition);
void sleep_seconds(double seconds);

template <typename Condition>
bool eventually(double seconds, Condition condition) {
  const double end = monotonic_seconds() + seconds;
  while (!condition()) {
    if (monotonic_seconds() > end) return false;
    sleep_seconds(0.01);
  }
  return true;
}

}  // namespace covey::testing
