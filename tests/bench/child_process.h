#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/base/file.h"
#include "common/base/status.h"

namespace covey::bench {

double monotonic_seconds();

/// What a process used from its start to its end.
struct Usage {
  double cpu_s = 0;
  double peak_mib = 0;  ///< largest resident set
};

/// A process of the benchmark: a program, or a function in a fork of this one. Ended, if it still runs, with
/// this object.
class ChildProcess {
 public:
  /// Runs `argv`; its output goes to this object's pipe, its messages to the end of `log`.
  static Result<ChildProcess> start(const std::vector<std::string>& argv, const fs::path& log);
  /// Runs `body` in a fork; what it writes to the descriptor that it gets goes to the pipe. Call it before
  /// this process has threads.
  static Result<ChildProcess> fork_into(const std::function<void(int output)>& body);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();

  /// The next line of its output; empty at the end of it, or when nothing comes for two minutes.
  std::optional<std::string> read_line();
  /// User and system time until now; works after the process has ended, too.
  double cpu_seconds() const;
  /// Until it ends by itself.
  ///   errors  kInternal for any exit code but 0
  Result<Usage> wait();

 private:
  ChildProcess(pid_t pid, int output, std::string name);

  pid_t pid_ = -1;
  int output_ = -1;
  std::string name_;
  std::string buffered_;
};

/// Runs `argv` to its end and returns its output.
Result<std::string> output_of(const std::vector<std::string>& argv, const fs::path& log);

}  // namespace covey::bench
