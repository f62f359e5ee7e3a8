#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "common/base/file.h"

namespace covey::simulator {

/// A child process that runs one experiment. It never outlives this process: when this one is killed, so is
/// the child.
class WorkerProcess {
 public:
  /// Starts `command`; standard output is dropped, standard error goes to the file `log`.
  static Result<WorkerProcess> start(const std::vector<std::string>& command, const fs::path& log);
  WorkerProcess(WorkerProcess&& other) noexcept;
  WorkerProcess& operator=(WorkerProcess&& other) noexcept;
  /// Kills it if it still runs.
  ~WorkerProcess();

  /// 0..255, or 128 + N after signal N; empty while it runs.
  std::optional<int> poll();
  void ask_to_stop() const;  ///< SIGTERM

 private:
  explicit WorkerProcess(pid_t pid) : pid_(pid) {}
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

}  // namespace covey::simulator
