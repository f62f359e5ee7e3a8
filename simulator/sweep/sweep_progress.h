#pragma once

#include <chrono>
#include <vector>

#include "common/program/status_line.h"
#include "simulator/sweep/sweep_store.h"

namespace covey::simulator {

/// How far a sweep is: a line for every run that ended, and on a terminal a bar below them with what is done,
/// running, failed, and the time left.
class SweepProgress {
 public:
  enum class Mode { kTerminal, kLines, kQuiet };
  static Mode default_mode(bool quiet);

  /// `costs`: of every run by id, in any unit; the time left assumes that time grows with them.
  SweepProgress(Mode mode, std::vector<double> costs);

  /// Done before this process began.
  void skip(std::uint32_t id);
  void set_running(std::size_t running) { running_ = running; }
  void done(std::uint32_t id, const std::string& name, const RunResult& result);
  void failed(std::uint32_t id, const std::string& name, const std::string& reason);
  /// Redraws the bar.
  void show();
  void finish();

 private:
  /// Empty before the first run of this process has ended.
  std::optional<double> seconds_left() const;
  void ended(std::uint32_t id, const std::string& line);

  Mode mode_;
  std::vector<double> costs_;
  std::vector<bool> over_;  ///< by id
  std::size_t done_ = 0;
  std::size_t failed_ = 0;
  std::size_t running_ = 0;
  double cost_here_ = 0;  ///< of the runs that ended in this process
  std::chrono::steady_clock::time_point started_;
  program::StatusLine line_;
};

}  // namespace covey::simulator
